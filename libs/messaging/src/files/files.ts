import { createHash } from 'node:crypto';
import { FILE_KINDS, JobicoError, type FileKind, type StoredFile } from '@jobico/contract';
import { Objm, type ObjectInfo, type ObjectStore } from '@nats-io/obj';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable } from '../connection/failures.ts';
import { useObject } from './object-uses.ts';
import { readObject } from './objects.ts';
import { ARTIFACTS, FILES } from '../subjects.ts';

/** `sha256:<hex>` */
export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/**
 * Components and JSON Schemas of the tenants, in the object store `files`: the content at
 * `<tenant>/content/<digest>`, and at `<tenant>/<kind>/<name>` a link to it.
 */
export interface FileStore {
  put(tenant: string, kind: FileKind, name: string, content: Uint8Array): Promise<StoredFile>;
  find(tenant: string, kind: FileKind, name: string): Promise<StoredFile | undefined>;
  list(tenant: string, kind?: FileKind): Promise<StoredFile[]>;
  /** Takes a name away; its content stays until it is collected. */
  remove(tenant: string, kind: FileKind, name: string): Promise<void>;
  /** Whether content was stored, or stored again, within so many milliseconds. */
  isFresh(tenant: string, digest: string, withinMs: number): Promise<boolean>;
  /** Content by digest, of this tenant only. Throws `unavailable`, at once while NATS is away. */
  content(tenant: string, digest: string): Promise<Uint8Array | undefined>;
}

export async function createFileStore(nats: Nats): Promise<FileStore> {
  const store = await new Objm(nats.js).create(FILES, { description: 'Components and schemas by tenant' });
  const nameOf = (tenant: string, kind: FileKind, name: string) => `${tenant}/${kind}/${name}`;
  return {
    async put(tenant, kind, name, content) {
      const digest = digestOf(content);
      const path = `${tenant}/content/${digest}`;
      // Who stores it again means to use it: it is as fresh as if it came for the first time.
      const known = (await useObject(nats, FILES, path)) ? await existing(store, path) : undefined;
      const stored = known ?? (await store.putBlob({ name: path, metadata: { digest } }, content));
      const info = await store.putBlob(
        {
          name: nameOf(tenant, kind, name),
          metadata: { digest, size: String(stored.size) },
        },
        new Uint8Array(0),
      );
      return storedFile(info);
    },
    async find(tenant, kind, name) {
      const info = await existing(store, nameOf(tenant, kind, name));
      return info && storedFile(info);
    },
    async list(tenant, kind) {
      const prefixes = (kind === undefined ? FILE_KINDS : [kind]).map((each) => `${tenant}/${each}/`);
      const infos = (await store.list()).filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
      return infos.map(storedFile).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(tenant, kind, name) {
      await store.delete(nameOf(tenant, kind, name));
    },
    async isFresh(tenant, digest, withinMs) {
      const info = await existing(store, `${tenant}/content/${digest}`);
      return info !== undefined && Date.now() - Date.parse(info.mtime) < withinMs;
    },
    async content(tenant, digest) {
      // A request that waits for the server to come back would wait longer than whoever asks.
      if (!nats.isConnected) throw new JobicoError('unavailable', 'NATS is away');
      try {
        return await readObject(nats, store, FILES, `${tenant}/content/${digest}`);
      } catch (error) {
        throw asUnavailable(error, `file ${digest} cannot be read`);
      }
    },
  };
}

async function existing(store: ObjectStore, name: string): Promise<ObjectInfo | undefined> {
  const info = await store.info(name);
  return info && !info.deleted ? info : undefined;
}

function storedFile({ name, metadata, mtime }: ObjectInfo): StoredFile {
  const [, kind, ...rest] = name.split('/');
  return {
    name: rest.join('/'),
    kind: kind as FileKind,
    digest: metadata?.digest ?? '',
    sizeBytes: Number(metadata?.size ?? 0),
    uploadedAt: mtime,
  };
}

/** Transpiled components, by the digest they came from and the version of what made them. */
export interface ArtifactStore {
  has(digest: string, version: string): Promise<boolean>;
  /** Whether it is there; if so, it is as fresh as if it came now. */
  use(digest: string, version: string): Promise<boolean>;
  put(digest: string, version: string, artifact: Uint8Array): Promise<void>;
  get(digest: string, version: string): Promise<Uint8Array | undefined>;
}

export async function createArtifactStore(nats: Nats): Promise<ArtifactStore> {
  const store = await new Objm(nats.js).create(ARTIFACTS, { description: 'Transpiled components' });
  const nameOf = (digest: string, version: string) => `${digest}/${version}`;
  return {
    has: async (digest, version) => (await existing(store, nameOf(digest, version))) !== undefined,
    use: (digest, version) => useObject(nats, ARTIFACTS, nameOf(digest, version)),
    put: async (digest, version, artifact) => void (await store.putBlob({ name: nameOf(digest, version) }, artifact)),
    get: (digest, version) => readObject(nats, store, ARTIFACTS, nameOf(digest, version)),
  };
}
