import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process of the benchmark. It ends when it is disposed of, or when this process is gone. */
export interface Child<Ready> extends AsyncDisposable {
  pid: number;
  /** What it said first. */
  ready: Ready;
  /** Sends a message and resolves with the next one that comes back. */
  ask<Answer>(question: unknown): Promise<Answer>;
}

const STOP_MS = 15_000;

/** Forks a script of the benchmark and waits for its first message. */
export async function startChild<Ready>(
  script: URL,
  args: readonly string[],
  { signal, execArgv = [] }: { signal: AbortSignal; execArgv?: readonly string[] },
): Promise<Child<Ready>> {
  const child = fork(script, args, { serialization: 'advanced', execArgv: [...process.execArgv, ...execArgv] });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const dispose = () => stop(child, ended, signal);
  try {
    const ready = (await nextMessage(child, signal)) as Ready;
    return {
      pid: child.pid ?? 0,
      ready,
      ask: async (question) => {
        const answer = nextMessage(child, signal);
        child.send(question as object);
        return (await answer) as never;
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function nextMessage(child: ChildProcess, signal: AbortSignal): Promise<unknown> {
  const over = new AbortController();
  const until = { signal: AbortSignal.any([signal, over.signal]) };
  const message = once(child, 'message', until);
  const early = once(child, 'exit', until).then(([code, by]: unknown[]) => {
    throw new Error(`${child.spawnargs.slice(1).join(' ')} ended by itself: ${String(by ?? code)}`);
  });
  try {
    const [first] = (await Promise.race([message, early])) as unknown[];
    return first;
  } finally {
    over.abort();
  }
}

/** A lost channel is what tells it to end; it may have work to put away, unless the whole run is called off. */
async function stop(child: ChildProcess, ended: Promise<void>, signal: AbortSignal): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  if (signal.aborted) child.kill('SIGKILL');
  else if (child.connected) child.disconnect();
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(late);
}

/** For the child's side: what to do when its parent lets it go, or is gone. Ctrl-C is the parent's to handle. */
export function endWithParent(stopping: () => Promise<void>): void {
  process.on('SIGINT', () => undefined);
  process.once('disconnect', () => {
    stopping().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}

/** For the child's side: says that it is ready, or answers. */
export function tellParent(message: unknown): void {
  process.send?.(message);
}
