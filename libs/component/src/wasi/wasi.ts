import { createPollables } from './poll.ts';
import type { Time } from './poll.ts';
import { createStreams } from './streams.ts';
import type { WriteText } from './streams.ts';

/** What the safe part of WASI stands on. */
export interface WasiHost {
  readonly time: Time;
  readonly stdout: WriteText;
  readonly stderr: WriteText;
  /** Fills the array with random bytes. */
  random(bytes: Uint8Array): void;
}

const MAX_RANDOM_BYTES = 1 << 20;

/**
 * The part of WASI 0.2 that a job may import, by interface, in the shape that jco's code expects. It gives clocks,
 * random numbers and a standard output; environment, arguments and directories are empty, input has ended, `exit`
 * traps. The shim that comes with jco must not take its place: it gives the host's files, environment and network.
 */
export function createWasi(host: WasiHost): Record<string, Record<string, unknown>> {
  const pollables = createPollables(host.time);
  return { ...io(host, pollables), ...clocks(host.time, pollables), ...random(host), ...nothing() };
}

type Interfaces = Record<string, Record<string, unknown>>;

function io(host: WasiHost, pollables: ReturnType<typeof createPollables>): Interfaces {
  const { IoError, InputStream, OutputStream } = createStreams(pollables);
  const [stdin, stdout, stderr] = [new InputStream(), new OutputStream(host.stdout), new OutputStream(host.stderr)];
  return {
    'wasi:io/error': { Error: IoError },
    'wasi:io/poll': pollables.poll,
    'wasi:io/streams': { InputStream, OutputStream },
    'wasi:cli/stdin': { getStdin: () => stdin },
    'wasi:cli/stdout': { getStdout: () => stdout },
    'wasi:cli/stderr': { getStderr: () => stderr },
  };
}

function clocks(time: Time, pollables: ReturnType<typeof createPollables>): Interfaces {
  return {
    'wasi:clocks/monotonic-clock': {
      now: () => time.monotonic(),
      resolution: () => 1n,
      subscribeInstant: (instant: bigint) => pollables.at(instant),
      subscribeDuration: (duration: bigint) => pollables.at(time.monotonic() + duration),
    },
    'wasi:clocks/wall-clock': {
      now: () => datetime(time.wall()),
      resolution: () => datetime(1),
    },
  };
}

function datetime(milliseconds: number): { seconds: bigint; nanoseconds: number } {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds: BigInt(seconds), nanoseconds: Math.floor((milliseconds - seconds * 1000) * 1e6) };
}

function random(host: WasiHost): Interfaces {
  const bytes = (length: bigint): Uint8Array => {
    if (length > MAX_RANDOM_BYTES) throw new Error('too many random bytes were asked for at once');
    const filled = new Uint8Array(Number(length));
    host.random(filled);
    return filled;
  };
  const number = (): bigint => new DataView(bytes(8n).buffer).getBigUint64(0);
  return {
    'wasi:random/random': { getRandomBytes: bytes, getRandomU64: number },
    'wasi:random/insecure': { getInsecureRandomBytes: bytes, getInsecureRandomU64: number },
    'wasi:random/insecure-seed': { insecureSeed: () => [number(), number()] },
  };
}

/** What a job may import but has none of. */
function nothing(): Interfaces {
  const exit = (): never => {
    throw new Error('the job called exit');
  };
  return {
    'wasi:cli/environment': { getEnvironment: () => [], getArguments: () => [], initialCwd: () => undefined },
    'wasi:cli/exit': { exit, exitWithCode: exit },
    'wasi:cli/terminal-input': { TerminalInput: emptyResource() },
    'wasi:cli/terminal-output': { TerminalOutput: emptyResource() },
    'wasi:cli/terminal-stdin': { getTerminalStdin: () => undefined },
    'wasi:cli/terminal-stdout': { getTerminalStdout: () => undefined },
    'wasi:cli/terminal-stderr': { getTerminalStderr: () => undefined },
    'wasi:filesystem/preopens': { getDirectories: () => [] },
    'wasi:filesystem/types': {
      Descriptor: emptyResource(),
      DirectoryEntryStream: emptyResource(),
      filesystemErrorCode: () => undefined,
    },
  };
}

/** The class of a resource of which there is none: jco asks for it, nothing makes one. */
function emptyResource(): new () => object {
  return class {
    readonly isNone = true;
  };
}
