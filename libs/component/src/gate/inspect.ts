import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { JobicoError } from '@jobico/contract';

import { bondToParent } from '../bond-to-parent.ts';
import { ownFile } from '../own-file.ts';
import { WARM_UP_FLAG, type GateAnswer, type GateRequest } from './messages.ts';
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
  return await inspectIn(() => startChild([]), bytes, limits);
}

/** Inspects components, each in a process of its own, of which the next one may stand ready. */
export interface Inspector {
  /** As {@link inspectComponent}. */
  inspect: typeof inspectComponent;
  /** Ends the process that stands ready. */
  close(): void;
}

/** After an inspection: what waits for it has the cores first. */
const SPARE_AFTER_MS = 400;

/**
 * With `spare`, a process that has loaded its tools stands ready for the next component: that one is through in half the
 * time or less, for some 150 MB that nothing else uses. As without, a process sees one component and ends.
 */
export function createInspector({ spare: isSpareKept }: { spare: boolean }): Inspector {
  let spare: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const makeSpare = (): void => {
    if (isClosed || spare !== undefined) return;
    const child = startChild([WARM_UP_FLAG]);
    const forget = (): void => {
      if (spare === child) spare = undefined;
    };
    spare = child.once('error', forget).once('exit', forget);
    // Nobody waits for it: it must not keep this process alive.
    child.unref();
    child.channel?.unref();
  };
  const take = (): ChildProcess => {
    clearTimeout(timer);
    const child = spare ?? startChild([]);
    spare = undefined;
    child.ref();
    child.channel?.ref();
    return child;
  };
  if (isSpareKept) makeSpare();
  return {
    inspect: async (bytes, limits) => {
      try {
        return await inspectIn(take, bytes, limits);
      } finally {
        if (isSpareKept) timer = setTimeout(makeSpare, SPARE_AFTER_MS).unref();
      }
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      spare?.kill('SIGKILL');
    },
  };
}

async function inspectIn(
  start: () => ChildProcess,
  bytes: Uint8Array,
  limits: Partial<GateLimits> | undefined,
): Promise<InspectedComponent> {
  const all = { ...DEFAULT_GATE_LIMITS, ...limits };
  if (bytes.length > all.maxBytes) {
    throw refused([`it is ${bytes.length} bytes long, more than ${all.maxBytes}`]);
  }
  const answer = await askChild(start(), { bytes, limits: all });
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

function startChild(args: readonly string[]): ChildProcess {
  const own = dirname(dirname(fileURLToPath(import.meta.url)));
  const readable = [own, dirname(dirname(fileURLToPath(import.meta.resolve('@bytecodealliance/jco-transpile'))))];
  const [command, ...bond] = [...bondToParent(), process.execPath];
  return fork(ownFile('child', import.meta.url), args, {
    execPath: command,
    serialization: 'advanced',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [
      ...bond,
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

function askChild(child: ChildProcess, request: GateRequest): Promise<GateAnswer> {
  const { deadlineMs } = request.limits;
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
