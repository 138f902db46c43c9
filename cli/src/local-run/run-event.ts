import {
  recordCall,
  startSandbox,
  type HostAnswer,
  type HostCall,
  type JobEvent,
  type LoadedComponent,
  type Sandbox,
  type SandboxLogLine,
  type SandboxOutcome,
} from '@jobico/component';
import { LIMITS, parseExactJson, type ExecutionError, type LogLine, type RecordedCall } from '@jobico/contract';
import type { RaisedEvent } from './local-host.ts';

/** Of an execution on this machine. */
export interface LocalRun {
  ok: boolean;
  result?: unknown;
  error?: ExecutionError;
  /** Events that the job raised; they count only if it succeeds. */
  raised: RaisedEvent[];
  logs: LogLine[];
  calls: RecordedCall[];
  durationMs: number;
  /** Of the instance, after the event. */
  memoryBytes: number;
}

export interface RunOptions {
  component: Omit<LoadedComponent, 'key'>;
  event: JobEvent;
  timeoutMs: number;
  /** MiB of memory that the component may have. */
  memoryMiB: number;
  answer: (call: HostCall, raised: RaisedEvent[]) => Promise<HostAnswer>;
  signal?: AbortSignal | undefined;
}

/** What came of it before its end. */
type Did = Pick<LocalRun, 'raised' | 'calls' | 'logs'>;

const KEY = 'job';
const N = 1;

/**
 * Runs one event in a sandbox process of its own, with the limits and the deadline that it has in an executor. What the job
 * does wrong is in what comes back; throws only where no sandbox can be started.
 */
export async function runEvent(options: RunOptions): Promise<LocalRun> {
  const did: Did = { raised: [], calls: [], logs: [] };
  const ended = Promise.withResolvers<SandboxOutcome | ExecutionError>();
  const sandbox = await startSandbox({
    maxMemoryBytes: options.memoryMiB * 2 ** 20,
    onOutcome: ([outcome]) => outcome && ended.resolve(outcome),
    onHostCall: async (call) => {
      const answer = await options.answer(call, did.raised);
      const { n: _n, callId: _callId, ...request } = call;
      did.calls.push(recordCall(request, answer));
      return answer;
    },
    onLogged: (_n, lines) => did.logs.push(...lines.map(logLine)),
    onExit: ({ reason, message }) =>
      ended.resolve(
        reason === 'memory'
          ? { code: 'memory', message: 'out of memory' }
          : { code: 'trap', message: `the sandbox ended while the job ran: ${reason} ${message}`.trim() },
      ),
  });
  const stop = (): void => sandbox.kill();
  options.signal?.addEventListener('abort', stop, { once: true });
  const startedAt = performance.now();
  try {
    const notLoaded = await load(sandbox, options.component);
    if (notLoaded === undefined) void watchDeadline(sandbox, options, ended.resolve);
    else ended.resolve(notLoaded);
    return runOf(await ended.promise, did, performance.now() - startedAt);
  } finally {
    options.signal?.removeEventListener('abort', stop);
    sandbox.kill();
    await sandbox.exited;
  }
}

/** Why it could not be loaded, if it could not. */
async function load(sandbox: Sandbox, component: RunOptions['component']): Promise<ExecutionError | undefined> {
  const late = setTimeout(() => sandbox.kill(), LIMITS.loadTimeMs);
  try {
    await sandbox.load({ ...component, key: KEY });
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return { code: 'platform', message: `the component could not be loaded: ${message}` };
  } finally {
    clearTimeout(late);
  }
}

/** Hands the event in, and fails it when its time is over; the sandbox ends with it. */
async function watchDeadline(
  sandbox: Sandbox,
  { event, timeoutMs }: RunOptions,
  end: (error: ExecutionError) => void,
): Promise<void> {
  sandbox.dispatch([{ n: N, lane: N, key: KEY, event }]);
  const late = setTimeout(() => end({ code: 'deadline', message: `no result within ${timeoutMs} ms` }), timeoutMs);
  await sandbox.exited;
  clearTimeout(late);
}

function runOf(ending: SandboxOutcome | ExecutionError, did: Did, tookMs: number): LocalRun {
  if ('code' in ending) return { ok: false, error: ending, ...did, durationMs: rounded(tookMs), memoryBytes: 0 };
  const { status, result, message = '', memoryBytes, durationMs } = ending;
  const base = { ...did, logs: ending.logs.map(logLine), durationMs: rounded(durationMs), memoryBytes };
  if (status === 'ok') return { ok: true, ...(result !== undefined && { result: parseExactJson(result) }), ...base };
  return { ok: false, error: { code: status === 'skipped' ? 'platform' : status, message }, ...base };
}

const logLine = ({ time, level, message }: SandboxLogLine): LogLine => ({
  time: new Date(time).toISOString(),
  level,
  message,
});

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
