import { hash, randomBytes } from 'node:crypto';
import { JobicoError, type Token, type TokenKind, type TokenRole } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import { Kvm, type KV } from '@nats-io/kv';
import type { Nats } from '../connection/connection.ts';
import { bucketEntries } from '../reading/last-messages.ts';
import { TOKEN_USE, TOKENS } from '../subjects.ts';
import { watchBucket, type BucketWatch } from '../reading/watch-bucket.ts';
import { isWrongSequence } from '../reading/wrong-sequence.ts';

/** A token as the bucket `tokens` holds it, under its id: what it may do, and nothing that it could be made of again. */
export interface TokenRecord extends Omit<Token, 'lastUsedAt' | 'state'> {
  /** SHA-256 of an http token, hexadecimal. */
  hash?: string;
  /** The user of NATS credentials. */
  publicKey?: string;
}

export interface NewToken {
  role: TokenRole;
  tenant?: string | undefined;
  name?: string | undefined;
  expiresAt: Date;
}

/** 256 random bits need no slow hash: nobody finds them by trying. */
const SECRET_BYTES = 32;
/** What tells tokens apart in a list, of 43 characters. */
const START_LENGTH = 'jbc_'.length + 4;
/** `jbc_` and at least as much as a generated one has in hexadecimal or base64url. */
const TOKEN = /^jbc_[A-Za-z0-9_-]{40,200}$/;
const ID_LENGTH = 12;

export function generateToken(): string {
  return `jbc_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** Whether a text can be a token at all. */
export function isTokenShaped(text: string): boolean {
  return TOKEN.test(text);
}

/** The hash of a token, and the id that it has for its first 48 bits. */
export function fingerprint(token: string): { id: string; hash: string } {
  const digest = hash('sha256', token);
  return { id: digest.slice(0, ID_LENGTH), hash: digest };
}

/** The tokens of all tenants: the buckets `tokens`, and `token_use` for when each was used last. */
export interface TokenStore {
  /** Stores a token that was generated or given. Throws `conflict` where its id is taken. */
  add(token: string, about: NewToken): Promise<TokenRecord>;
  /** Stores credentials for NATS, of the user with this key. */
  addUser(publicKey: string, about: NewToken): Promise<TokenRecord>;
  get(id: string): Promise<TokenRecord | undefined>;
  list(): Promise<TokenRecord[]>;
  /** Marks it revoked; once it is, nothing changes. */
  revoke(record: TokenRecord): Promise<TokenRecord>;
  remove(id: string): Promise<void>;
  /** When each token was used last, by id. */
  uses(): Promise<Map<string, string>>;
}

export async function createTokenStore(nats: Nats): Promise<TokenStore> {
  const { tokens, use } = await openTokens(nats);
  const put = async (record: TokenRecord) => {
    try {
      await tokens.create(record.id, JSON.stringify(record));
      return record;
    } catch (cause) {
      if (!isWrongSequence(cause)) throw cause;
      throw new JobicoError('conflict', `token ${record.id} exists already`, { cause });
    }
  };
  const get = async (id: string) => {
    const entry = await tokens.get(id);
    return entry?.operation === 'PUT' ? entry.json<TokenRecord>() : undefined;
  };
  return {
    add: async (token, about) =>
      await put({ ...recordOf('http', about), ...fingerprint(token), start: token.slice(0, START_LENGTH) }),
    addUser: async (publicKey, about) =>
      await put({ ...recordOf('nats', about), id: fingerprint(publicKey).id, publicKey }),
    get,
    list: async () =>
      (await entriesOf(nats, TOKENS)).map(([, text]) => JSON.parse(text) as TokenRecord).sort(newestFirst),
    async revoke(record) {
      if (record.revokedAt !== undefined) return record;
      const revoked = { ...record, revokedAt: new Date().toISOString() };
      await tokens.put(record.id, JSON.stringify(revoked));
      return revoked;
    },
    async remove(id) {
      await tokens.delete(id);
      await use.delete(id);
    },
    uses: async () => new Map(await entriesOf(nats, TOKEN_USE)),
  };
}

function recordOf(kind: TokenKind, { role, tenant, name, expiresAt }: NewToken) {
  return {
    kind,
    role,
    ...(tenant !== undefined && { tenant }),
    ...(name !== undefined && { name }),
    createdAt: new Date().toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

const newestFirst = (a: TokenRecord, b: TokenRecord) => (a.createdAt > b.createdAt ? -1 : 1);

async function entriesOf(nats: Nats, bucket: string): Promise<[key: string, text: string][]> {
  return (await bucketEntries(nats, bucket, '>')).map(({ key, message }) => [key, message.string()]);
}

async function openTokens(nats: Nats): Promise<{ tokens: KV; use: KV }> {
  const kvm = new Kvm(nats.js);
  return { tokens: await kvm.create(TOKENS, { history: 1 }), use: await kvm.create(TOKEN_USE, { history: 1 }) };
}

/** What there is to say of a token now. */
export function stateOf(record: TokenRecord, nowMs = Date.now()): Token['state'] {
  if (record.revokedAt !== undefined) return 'revoked';
  return Date.parse(record.expiresAt) > nowMs ? 'valid' : 'expired';
}

/** A live copy of all tokens, kept by a watch on their bucket. */
export interface Tokens extends BucketWatch {
  get(id: string): TokenRecord | undefined;
  values(): Iterable<TokenRecord>;
  /** Notes that a token was used; written no oftener than once a minute each. */
  used(id: string): void;
}

/** How exactly it is known when a token was used. */
const USE_MS = 60_000;

export async function watchTokens(nats: Nats, log: Logger): Promise<Tokens> {
  const { use } = await openTokens(nats);
  const records = new Map<string, TokenRecord>();
  const written = new Map<string, number>();
  const watch = await watchBucket(
    nats,
    TOKENS,
    ({ key, value }) => {
      if (value) records.set(key, value.json());
      else {
        records.delete(key);
        written.delete(key);
      }
    },
    log,
  );
  return {
    ...watch,
    get: (id) => records.get(id),
    values: () => records.values(),
    used(id) {
      const nowMs = Date.now();
      if (!nats.isConnected || nowMs - (written.get(id) ?? 0) < USE_MS) return;
      written.set(id, nowMs);
      use.put(id, new Date(nowMs).toISOString()).catch((error: unknown) => {
        log.warn({ err: error, id }, 'use of a token could not be noted');
      });
    },
  };
}
