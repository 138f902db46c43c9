import { JobicoError, LIMITS } from '@jobico/contract';
import { Kvm } from '@nats-io/kv';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable } from '../connection/failures.ts';
import type { Publisher } from '../publishing/publisher.ts';
import { takesBatches } from '../streams.ts';
import { IDEMPOTENCY, idempotencySubject } from '../subjects.ts';

/** An id that a caller gives what it sends, and what is sent under it. */
export interface Claim {
  tenant: string;
  event: string;
  id: string;
  /** Of what is sent: the same for the same. */
  fingerprint: string;
}

/** What is known of an id once it is claimed. */
export type Claimed =
  /** Nobody has sent it before. `revision` is that of the claim. */
  | { state: 'new'; revision: number }
  /** It was sent before and perhaps not stored: whoever did was cut short, or is at it now. */
  | { state: 'begun'; atMs: number }
  /** It is stored. */
  | { state: 'stored'; atMs: number }
  /** It was sent with something else. */
  | { state: 'other' };

/** The ids that callers have sent in the last 24 hours: the bucket `idempotency`. */
export interface Idempotency {
  /** Throws `unavailable`. */
  claim(claim: Claim): Promise<Claimed>;
  /** Notes that what was claimed is stored: repeats are answered at once from then on. */
  stored(claim: Claim): Promise<void>;
  /** Takes a claim back of which nothing is stored. */
  release(revision: number): Promise<void>;
}

interface Kept {
  fingerprint: string;
  atMs: number;
  isStored?: true;
}

/** `publisher`: what stores what callers send. Default: the connection's own. */
export async function createIdempotency(nats: Nats, publisher: Publisher = nats.publisher): Promise<Idempotency> {
  const stream = `KV_${IDEMPOTENCY}`;
  await new Kvm(nats.js).create(IDEMPOTENCY, { history: 1, ttl: LIMITS.idempotencyMs });
  if (takesBatches(nats)) await nats.jsm.streams.update(stream, { allow_atomic: true });

  const subjectOf = ({ tenant, event, id }: Claim) => idempotencySubject(tenant, event, id);

  /** From the stream's leader: a copy may not have heard of it yet. */
  const read = async (claim: Claim): Promise<Kept | undefined> => {
    try {
      const message = await nats.jsm.streams.getMessage(stream, { last_by_subj: subjectOf(claim) });
      return message?.json<Kept>();
    } catch (error) {
      throw asUnavailable(error, 'the ids that were sent before cannot be read');
    }
  };

  return {
    async claim(claim) {
      const kept: Kept = { fingerprint: claim.fingerprint, atMs: Date.now() };
      try {
        const { sequence } = await publisher.publish(subjectOf(claim), JSON.stringify(kept), [
          ['Nats-Expected-Last-Subject-Sequence', '0'],
        ]);
        return { state: 'new', revision: sequence };
      } catch (error) {
        if (!(error instanceof JobicoError && error.code === 'conflict')) throw error;
      }
      const before = await read(claim);
      if (!before) throw new JobicoError('unavailable', 'the id was just released; send it again');
      if (before.fingerprint !== claim.fingerprint) return { state: 'other' };
      return { state: before.isStored ? 'stored' : 'begun', atMs: before.atMs };
    },
    async stored(claim) {
      const kept: Kept = { fingerprint: claim.fingerprint, atMs: Date.now(), isStored: true };
      await publisher.publish(subjectOf(claim), JSON.stringify(kept));
    },
    async release(revision) {
      await nats.jsm.streams.deleteMessage(stream, revision, false);
    },
  };
}
