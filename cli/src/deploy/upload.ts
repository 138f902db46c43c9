import type { Client } from '@jobico/client';
import { JobicoError } from '@jobico/contract';
import type { LocalFile } from './local-files.ts';

/** Digests by reference, as a deploy names them. */
export interface Digests {
  modules: Record<string, string>;
  schemas: Record<string, string>;
}

const LONGEST_NAME = 200;
/** Components that the gate looks at side by side. */
const UPLOADS_AT_ONCE = 2;

/**
 * Stores the files that the tenant does not have yet, and answers the digests of all. Throws what the platform says of
 * those that it refuses, at every place of the package that refers to one.
 */
export async function uploadMissing(
  client: Client,
  { tenant, id }: { tenant: string; id: string },
  files: readonly LocalFile[],
  progress: (message: string) => void,
): Promise<Digests> {
  const { items } = await client.call('file.list', { tenant });
  const stored = new Set(items.map(({ digest }) => digest));
  const refused = new Map<LocalFile, JobicoError>();
  const upload = async (file: LocalFile): Promise<void> => {
    const { includes = [] } = file;
    const along = includes.length === 0 ? '' : ` with ${includes.join(', ')}`;
    progress(`uploading ${file.ref}${along} (${Math.ceil(file.content.length / 1024)} KiB) …`);
    const content = Buffer.from(file.content).toString('base64');
    try {
      await client.call('file.upload', { tenant, kind: file.kind, name: nameOf(id, file), content });
    } catch (error) {
      refused.set(file, refusalOf(error, file));
    }
  };
  const missing = files.filter(({ digest }) => !stored.has(digest));
  // A schema may be in need of the one before it; components are not.
  for (const file of missing) if (file.kind === 'json') await upload(file);
  const components = missing.filter(({ kind }) => kind === 'wasm').values();
  const uploadAll = async (): Promise<void> => {
    for (const file of components) await upload(file);
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, uploadAll));
  const refusals = files.flatMap((file) => refused.get(file) ?? []);
  if (refusals.length > 0) throw refusedAs(refusals);
  const digestsOf = (kind: LocalFile['kind']) =>
    Object.fromEntries(files.filter((file) => file.kind === kind).map(({ ref, digest }) => [ref, digest]));
  return { modules: digestsOf('wasm'), schemas: digestsOf('json') };
}

/** Files of a package have names of their own: two packages may each have an `order.json`. */
function nameOf(packageId: string, { ref, digest }: LocalFile): string {
  const name = `@${packageId}/${ref}`;
  return name.length <= LONGEST_NAME ? name : `@${packageId}/${digest.slice('sha256:'.length)}`;
}

/** What the platform says of one file. Anything but a refusal of the file itself is thrown on. */
function refusalOf(error: unknown, { ref, paths }: LocalFile): JobicoError {
  if (!(error instanceof JobicoError) || error.status !== 422) throw error;
  const messages = error.faults.length > 0 ? error.faults.map(({ message }) => message) : [error.message];
  const faults = paths.flatMap((path) => messages.map((message) => ({ path, message, value: ref })));
  return new JobicoError(error.code, `${ref} cannot be used`, {
    hint: error.hint,
    details: error.details,
    faults,
    cause: error,
  });
}

function refusedAs(refusals: readonly JobicoError[]): JobicoError {
  const [first] = refusals;
  if (first && refusals.length === 1) return first;
  const isAlike = refusals.every(({ code }) => code === first?.code);
  return new JobicoError(isAlike && first ? first.code : 'package-invalid', 'files of the package cannot be used', {
    hint: refusals.find(({ hint }) => hint !== undefined)?.hint,
    faults: refusals.flatMap(({ faults }) => faults),
  });
}
