import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { JobicoError } from '@jobico/contract';

import { bondToParent } from '../bond-to-parent.ts';
import { ownFile } from '../own-file.ts';
import type { GateAnswer, GateRequest } from './child.ts';
import { DEFAULT_GATE_LIMITS } from './limits.ts';
import type { GateLimits } from './limits.ts';

/** A component that fits the world `jobico:job/job`, translated. */
export interface InspectedComponent {
  /** `sha256:` and the hex digest of the component's bytes. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** The interfaces that it imports, as it names them. */
  readonly imports: readonly string[];
  /** Memory that one instance has from the start. */
  readonly minMemoryBytes: number;
  /** Both translations, to be kept under `digest` and ARTIFACT_VERSION. */
  readonly artifact: Uint8Array;
}

/**
 * Checks a component and translates it, in a process of its own that can read this package and the translator and
 * nothing else. Throws `component-refused` with `details.problems`, a sentence for each.
 */
export async function inspectComponent(
  bytes: Uint8Array,
  limits: Partial<GateLimits> = {},
): Promise<InspectedComponent> {
  const all = { ...DEFAULT_GATE_LIMITS, ...limits };
  if (bytes.length > all.maxBytes) {
    throw refused([`it is ${bytes.length} bytes long, more than ${all.maxBytes}`]);
  }
  const answer = await askChild({ bytes, limits: all });
  if (answer.kind === 'refused') throw refused(answer.problems);
  if (answer.kind === 'failed') throw new JobicoError('internal', `The gate failed: ${answer.message}`);
  return {
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    sizeBytes: bytes.length,
    imports: answer.imports,
    minMemoryBytes: answer.memoryBytes,
    artifact: answer.artifact,
  };
}

function refused(problems: readonly string[]): JobicoError {
  return new JobicoError('component-refused', `The component was refused: ${problems.join('; ')}.`, {
    details: { problems },
  });
}

/** Both bound what hostile bytes can make the translator allocate. */
const MAX_HEAP_MIB = 1024;
const MAX_TOOL_MEMORY_PAGES = 16_384;

function startChild(): ChildProcess {
  const own = dirname(dirname(fileURLToPath(import.meta.url)));
  const readable = [own, dirname(dirname(fileURLToPath(import.meta.resolve('@bytecodealliance/jco-transpile'))))];
  const [command, ...args] = [...bondToParent(), process.execPath];
  return fork(ownFile('child', import.meta.url), [], {
    execPath: command,
    serialization: 'advanced',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [
      ...args,
      '--permission',
      ...readable.map((folder) => `--allow-fs-read=${folder}`),
      '--no-experimental-sqlite',
      '--no-experimental-ffi',
      '--no-addons',
      '--disallow-code-generation-from-strings',
      `--max-old-space-size=${MAX_HEAP_MIB}`,
      `--wasm-max-mem-pages=${MAX_TOOL_MEMORY_PAGES}`,
    ],
  });
}

function askChild(request: GateRequest): Promise<GateAnswer> {
  const { deadlineMs } = request.limits;
  const child = startChild();
  return new Promise<GateAnswer>((resolve, reject) => {
    const refuse = (problem: string): void => resolve({ kind: 'refused', problems: [problem] });
    const deadline = setTimeout(
      () =>
        refuse(`it took longer than ${deadlineMs / 1000} s to check and translate: it is too large or too intricate`),
      deadlineMs,
    );
    child.once('message', (answer) => resolve(answer as GateAnswer));
    child.once('error', (cause) => reject(new JobicoError('internal', 'The gate could not be started.', { cause })));
    child.once('exit', (code, signal) => {
      clearTimeout(deadline);
      refuse(`the translator failed on it (${signal ?? `exit ${code}`}), most likely for want of memory`);
    });
    child.send(request);
  }).finally(() => child.kill('SIGKILL'));
}
