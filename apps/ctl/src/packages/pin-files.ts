import {
  asJobicoError,
  JobicoError,
  moduleReferences,
  nearest,
  schemaReferences,
  type ErrorCode,
  type Fault,
  type FileKind,
  type FileReference,
  type PackageDefinition,
  type StoredFile,
} from '@jobico/contract';
import type { DefinitionStore, FileStore } from '@jobico/messaging';
import { checkSchema } from '../files/check-schema.ts';
import type { Gate } from '../files/gate.ts';

/** The exact content that each reference of a package stands for: digests by `moduleref` and by `schemaref`. */
export interface PinnedFiles {
  modules: Record<string, string>;
  schemas: Record<string, string>;
}

/** Digests that a deploy names itself; what it leaves out is looked up by name in the file repository. */
export type GivenDigests = Partial<PinnedFiles>;

export interface PinDeps {
  files: FileStore;
  gate: Gate;
  store: DefinitionStore;
}

/** What was stored so lately is not collected before a deploy that has found it is done. */
const FRESH_MS = 1_800_000;

interface Refusal {
  code: ErrorCode;
  faults: Fault[];
  hint?: string | undefined;
  details?: unknown;
}

/**
 * Finds every file of a package and checks it: schemas compile, components pass the gate, one after another. Throws with
 * a fault for every reference that has something wrong with it.
 */
export async function pinFiles(
  deps: PinDeps,
  definition: PackageDefinition,
  given: GivenDigests,
): Promise<PinnedFiles> {
  const { files, gate } = deps;
  const { tenant } = definition;
  const stored = await files.list(tenant);
  const refusals: Refusal[] = [];

  const pin = async (
    kind: FileKind,
    references: readonly FileReference[],
    digests: Readonly<Record<string, string>> = {},
    check: (content: () => Promise<Uint8Array>, digest: string, ref: string) => Promise<string | void>,
  ) => {
    const pinned: [ref: string, digest: string][] = [];
    for (const reference of references) {
      try {
        const digest = await digestFor(deps, tenant, kind, reference, digests, stored);
        const instead = await check(() => contentOf(files, tenant, digest), digest, reference.ref);
        pinned.push([reference.ref, instead ?? digest]);
      } catch (error) {
        refusals.push(refusalOf(error, reference));
      }
    }
    return Object.fromEntries(pinned);
  };

  const schemas = await pin('json', schemaReferences(definition), given.schemas, async (content, _digest, ref) => {
    const text = new TextDecoder().decode(await content());
    const bundle = await checkSchema(files, tenant, text);
    if (bundle === text) return undefined;
    // What it refers to is pinned along with it.
    const { digest } = await files.put(tenant, 'json', `${ref}.bundle`, Buffer.from(bundle));
    return digest;
  });
  const modules = await pin('wasm', moduleReferences(definition), given.modules, (content, digest) =>
    gate.admit(digest, content),
  );
  if (refusals.length > 0) throw refused(refusals);
  return { modules, schemas };
}

async function digestFor(
  { files, store }: PinDeps,
  tenant: string,
  kind: FileKind,
  { ref, paths }: FileReference,
  given: Readonly<Record<string, string>>,
  stored: readonly StoredFile[],
): Promise<string> {
  const digest = Object.hasOwn(given, ref) ? given[ref] : undefined;
  if (digest !== undefined) {
    // What is in no need of its own may be collected while this deploy goes on.
    const isStored =
      stored.some((file) => file.digest === digest) ||
      (await files.isFresh(tenant, digest, FRESH_MS)) ||
      (await isPinned(store, tenant, digest));
    if (isStored) return digest;
    throw missing(`no file with the digest ${digest.slice(0, 80)} is stored`, kind, tenant, ref, paths);
  }
  const found = stored.find((file) => file.kind === kind && file.name === ref);
  if (found) return found.digest;
  const names = stored.filter((file) => file.kind === kind).map(({ name }) => name);
  throw missing('no such file', kind, tenant, ref, paths, nearest(ref, names));
}

function missing(
  message: string,
  kind: FileKind,
  tenant: string,
  ref: string,
  paths: readonly string[],
  suggestion?: string,
): JobicoError {
  return new JobicoError('package-invalid', message, {
    hint: `Put the file next to the package, or store it: jobico upload ${kind} ${tenant} ${ref} <file>`,
    faults: paths.map((path) => ({ path, message, value: ref, ...(suggestion !== undefined && { suggestion }) })),
  });
}

async function contentOf(files: FileStore, tenant: string, digest: string): Promise<Uint8Array> {
  const content = await files.content(tenant, digest);
  if (content) return content;
  throw new JobicoError('unavailable', `the content of ${digest} cannot be read from the file repository`);
}

/** What refuses one file, told at the places that refer to it. What is not the file's own fault is thrown on. */
function refusalOf(error: unknown, { ref, paths }: FileReference): Refusal {
  const { code, message, hint, faults, details, status } = asJobicoError(error);
  if (status !== 422) throw error;
  if (code === 'package-invalid') return { code, hint, faults: [...faults] };
  const messages = faults.length > 0 ? faults.map((fault) => fault.message) : [message];
  return {
    code,
    hint,
    details,
    faults: paths.flatMap((path) => messages.map((each) => ({ path, message: each, value: ref }))),
  };
}

function refused(refusals: readonly Refusal[]): JobicoError {
  const faults = refusals.flatMap((refusal) => refusal.faults);
  const [first] = refusals;
  const isAlike = refusals.every(({ code }) => code === first?.code);
  const code = isAlike && first ? first.code : 'package-invalid';
  const what = refusals.length === 1 ? 'a file of the package' : `${refusals.length} files of the package`;
  return new JobicoError(code, `${what} cannot be used`, {
    faults,
    hint: refusals.find(({ hint }) => hint !== undefined)?.hint,
    ...(refusals.length === 1 && first?.details !== undefined && { details: first.details }),
  });
}

async function isPinned(store: DefinitionStore, tenant: string, digest: string): Promise<boolean> {
  const versions = await store.allVersions(tenant);
  return versions.some(({ modules, schemas }) =>
    [...Object.values(modules), ...Object.values(schemas)].includes(digest),
  );
}
