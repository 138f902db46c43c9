/** The gate's own process: one component in, one verdict out. Started by inspect.ts. */
import { packArtifact } from '../artifact/pack.ts';
import { readContract } from './contract.ts';
import { DEFAULT_GATE_LIMITS } from './limits.ts';
import { WARM_UP_FLAG, type GateAnswer, type GateRequest } from './messages.ts';
import { Malformed } from './reader.ts';
import { MAX_SOURCE_MAP_BYTES } from './structure.ts';
import { replaceWasiShim } from './tools-hook.ts';
import { warmUp } from './warm-up.ts';

// What imports jco's tools comes after this: they must not find its shim.
replaceWasiShim();

async function inspect({ bytes, limits }: GateRequest): Promise<GateAnswer> {
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

const ready = process.argv.includes(WARM_UP_FLAG)
  ? warmUp((bytes) => inspect({ bytes, limits: DEFAULT_GATE_LIMITS }))
  : undefined;

async function answerTo(request: GateRequest): Promise<GateAnswer> {
  await ready;
  return await inspect(request);
}

process.once('message', (request: GateRequest) => {
  void answerTo(request)
    .catch(afterError)
    .then((answer) => process.send?.(answer, () => process.exit(0)));
});
