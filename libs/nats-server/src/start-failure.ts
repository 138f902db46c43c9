import { JobicoError } from '@jobico/contract';
import type { ErrorCode } from '@jobico/contract';

/** What a failed start knows. */
export interface FailedStart {
  host: string;
  port: number;
  /** Undefined without monitoring. */
  httpPort: number | undefined;
  dataDir: string;
  /** The last lines that the server printed. */
  lines: readonly string[];
  /** How it ended, e.g. `exit code 1`. */
  ending: string;
}

interface Diagnosis {
  code: ErrorCode;
  message: string;
  hint: string;
}

/** What went wrong, from the words that nats-server and the operating system use. */
export function startFailure(start: FailedStart): JobicoError {
  const text = start.lines.join('\n');
  const { code, message, hint } = portInUse(text, start) ??
    diskFull(text, start) ??
    unusableAddress(text, start) ??
    unusableFolder(text, start) ??
    secondFolder(text) ?? {
      code: 'nats-server-failed',
      message: `nats-server ended while it started (${start.ending}): ${lastWords(start.lines)}`,
      hint: 'Its last lines are in the details.',
    };
  return new JobicoError(code, message, { hint, details: { ending: start.ending, lines: start.lines } });
}

/** An error of our own work in the data directory: it cannot be made, or not be written. */
export function dataDirFailure(dataDir: string, error: unknown): JobicoError {
  if (error instanceof JobicoError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const diagnosis = isFull ? full(dataDir) : unwritable(dataDir, message);
  return new JobicoError(diagnosis.code, diagnosis.message, { hint: diagnosis.hint, cause: error });
}

function portInUse(text: string, { host, port, httpPort }: FailedStart): Diagnosis | undefined {
  const address = /listen tcp \S*:(\d+): (?:bind: address already in use|.*Only one usage of each socket)/.exec(text);
  if (address === null) return undefined;
  const taken = Number(address[1]);
  const isMonitoring = taken === httpPort && taken !== port;
  return {
    code: 'port-in-use',
    message: `port ${taken} on ${host} is in use already${isMonitoring ? ' (for NATS monitoring)' : ' (for NATS)'}`,
    hint: isMonitoring
      ? 'Stop what uses it, or choose another monitoring port.'
      : 'Stop what uses it, or choose another port with --nats-port; 0 takes a free one.',
  };
}

function diskFull(text: string, { dataDir }: FailedStart): Diagnosis | undefined {
  return /no space left on device|disk quota exceeded|not enough space on the disk/i.test(text)
    ? full(dataDir)
    : undefined;
}

function unusableAddress(text: string, { host, port }: FailedStart): Diagnosis | undefined {
  const reason = /listen tcp \S+: (?:bind: (.*?)|lookup (.*?))"?$/m.exec(text);
  if (reason === null) return undefined;
  return {
    code: 'nats-server-failed',
    message: `nats-server cannot listen on ${host}:${port}: ${reason[1] ?? reason[2] ?? 'no reason given'}`,
    hint: 'Let it listen on an address of this machine, and on a port above 1023.',
  };
}

function unusableFolder(text: string, { dataDir }: FailedStart): Diagnosis | undefined {
  const reason = /Can't start JetStream: (.*)/.exec(text)?.[1];
  return reason === undefined ? undefined : unwritable(dataDir, reason);
}

/** nats-server refuses a folder that is given twice, even when it is the same. */
function secondFolder(text: string): Diagnosis | undefined {
  const place = /(\S+?):\d+:\d+: Duplicate 'store_dir' configuration/.exec(text)?.[1];
  if (place === undefined) return undefined;
  return {
    code: 'nats-server-failed',
    message: `${place} names a store_dir, but the data directory is given to the server already`,
    hint: 'Take store_dir out of the configuration file.',
  };
}

function full(dataDir: string): Diagnosis {
  return {
    code: 'disk-full',
    message: `the disk of the data directory ${dataDir} is full`,
    hint: 'Free some space, or choose a data directory on another disk.',
  };
}

function unwritable(dataDir: string, reason: string): Diagnosis {
  return {
    code: 'nats-server-failed',
    message: `the data directory ${dataDir} cannot be used: ${reason}`,
    hint: 'Choose a directory that this user may create and write.',
  };
}

function lastWords(lines: readonly string[]): string {
  return lines.findLast((line) => line.trim() !== '') ?? 'it printed nothing';
}
