/** The gate's own process: one component in, one verdict out. Started by inspect.ts. */
import { packArtifact } from '../artifact/pack.ts';
import { readContract } from './contract.ts';
import type { GateLimits } from './limits.ts';
import { Malformed } from './reader.ts';
import { MAX_SOURCE_MAP_BYTES } from './structure.ts';
import { replaceWasiShim } from './tools-hook.ts';

/** What inspect.ts sends. */
export interface GateRequest {
  readonly bytes: Uint8Array;
  readonly limits: GateLimits;
}

/** What comes back: a component that passed, the reasons why it did not, or that the gate itself failed. */
export type GateAnswer =
  | { readonly kind: 'passed'; readonly imports: string[]; readonly memoryBytes: number; readonly artifact: Uint8Array }
  | { readonly kind: 'refused'; readonly problems: string[] }
  | { readonly kind: 'failed'; readonly message: string };

async function inspect({ bytes, limits }: GateRequest): Promise<GateAnswer> {
  // Both import jco's tools, which must not find its shim.
  replaceWasiShim();
  const [{ checkComponent }, { translate }] = await Promise.all([import('./check.ts'), import('./translate.ts')]);
  const { problems, structure } = await checkComponent(bytes, readContract(), limits);
  if (structure === undefined || problems.length > 0) return { kind: 'refused', problems };
  const { sourceMap } = structure;
  const isKept = sourceMap !== undefined && sourceMap.length <= MAX_SOURCE_MAP_BYTES;
  const translated = await translate(bytes, structure.imports);
  const artifact = packArtifact({ ...translated, ...(isKept && { sourceMap }) });
  return { kind: 'passed', imports: structure.imports, memoryBytes: structure.memoryBytes, artifact };
}

function afterError(error: unknown): GateAnswer {
  if (error instanceof Malformed) return { kind: 'refused', problems: [error.message] };
  return { kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

process.once('message', (request: GateRequest) => {
  void inspect(request)
    .catch(afterError)
    .then((answer) => process.send?.(answer, () => process.exit(0)));
});
