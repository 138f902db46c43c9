import { JobicoError, nearest, type FileKind, type PackageVersion, type StoredFile } from '@jobico/contract';
import { digestOf, type DefinitionStore, type FileStore } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';
import { checkSchema } from './check-schema.ts';
import type { Gate } from './gate.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export interface FileDeps {
  files: FileStore;
  gate: Gate;
  store: DefinitionStore;
}

type FileHandlers = Pick<Handlers, 'file.upload' | 'file.list' | 'file.get' | 'file.delete'>;

export function createFileHandlers({ files, gate, store }: FileDeps): FileHandlers {
  const found = async (tenant: string, kind: FileKind, name: string) => {
    const file = await files.find(tenant, kind, name);
    if (!file) throw noSuchFile(tenant, kind, name, await files.list(tenant, kind));
    return { ...file, pinnedBy: pinnedBy(await store.allVersions(tenant), file.digest) };
  };
  return {
    async 'file.upload'({ tenant, kind, name, content }) {
      const bytes = decoded(content);
      if (kind === 'json') await checkSchema(files, tenant, new TextDecoder().decode(bytes));
      else await gate.admit(digestOf(bytes), () => Promise.resolve(bytes));
      return await files.put(tenant, kind, name, bytes);
    },
    async 'file.list'({ tenant, kind }) {
      return { items: await files.list(tenant, kind) };
    },
    async 'file.get'({ tenant, kind, name, content: isWhole = false }) {
      const file = await found(tenant, kind, name);
      if (!isWhole) return file;
      const content = await files.content(tenant, file.digest);
      if (!content) throw new JobicoError('unavailable', `the content of ${name} cannot be read now`);
      return { ...file, content: Buffer.from(content).toString('base64') };
    },
    async 'file.delete'({ tenant, kind, name }) {
      const file = await found(tenant, kind, name);
      await files.remove(tenant, kind, name);
      return file;
    },
  };
}

function decoded(content: string): Uint8Array {
  if (content.length % 4 === 0 && BASE64.test(content)) return Buffer.from(content, 'base64');
  throw new JobicoError('invalid', 'file.upload: content is not base64', {
    faults: [{ path: '/content', message: 'is not base64' }],
  });
}

function pinnedBy(versions: readonly PackageVersion[], digest: string): { package: string; versions: number[] }[] {
  const pinning = versions.filter(({ modules, schemas }) =>
    [...Object.values(modules), ...Object.values(schemas)].includes(digest),
  );
  const byPackage = Map.groupBy(pinning, ({ id }) => id);
  const found = [...byPackage].map(([id, pins]) => ({
    package: id,
    versions: pins.map(({ version }) => version).sort((a, b) => a - b),
  }));
  return found.sort((a, b) => (a.package < b.package ? -1 : 1));
}

function noSuchFile(tenant: string, kind: FileKind, name: string, stored: readonly StoredFile[]): JobicoError {
  const suggestion = nearest(
    name,
    stored.map((file) => file.name),
  );
  return new JobicoError('not-found', `tenant ${tenant} has no ${kind} file ${name}`, {
    hint: suggestion === undefined ? 'jobico file list shows those that there are.' : `Did you mean ${suggestion}?`,
  });
}
