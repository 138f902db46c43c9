import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';

/** What jco's code of one instance is given of the platform. */
export interface Platform {
  /** By the names that the code uses. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Nothing of the instance runs any more: jco looks for suspended tasks every few milliseconds, for ever. */
  readonly stop: () => void;
}

/** The global one goes with everything else; see scrub.ts. */
const nextMicrotask = queueMicrotask;

/** Timers come as numbers: Node's timer objects hang together, and none of ours is for generated code to see. */
export function createPlatform(): Platform {
  const timers = new Map<number, NodeJS.Timeout>();
  let lastId = 0;
  let isStopped = false;
  const keep = (start: (id: number) => NodeJS.Timeout): number => {
    lastId += 1;
    if (!isStopped) timers.set(lastId, start(lastId));
    return lastId;
  };
  const ignore = (): void => undefined;
  const globals = {
    setTimeout: (callback: () => void, milliseconds: number) =>
      keep((id) =>
        setTimeout(() => {
          timers.delete(id);
          callback();
        }, milliseconds),
      ),
    setInterval: (callback: () => void, milliseconds: number) =>
      keep(() => setInterval(() => callback(), milliseconds)),
    clearTimeout(id: number) {
      clearTimeout(timers.get(id));
      timers.delete(id);
    },
    clearInterval(id: number) {
      clearInterval(timers.get(id));
      timers.delete(id);
    },
    queueMicrotask: (callback: () => void) => nextMicrotask(callback),
    console: { debug: ignore, error: ignore },
  };
  return {
    globals,
    stop() {
      isStopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
