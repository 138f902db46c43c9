import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';

/** The global one goes with everything else; see scrub.ts. */
const nextMicrotask = queueMicrotask;

/**
 * What jco's code is given of the platform, by the names it uses. Timers come as numbers: Node's timer objects hang
 * together, and none of ours is for generated code to see.
 */
export function createPlatform(): Readonly<Record<string, unknown>> {
  const timers = new Map<number, NodeJS.Timeout>();
  let lastId = 0;
  const keep = (timer: NodeJS.Timeout): number => {
    lastId += 1;
    timers.set(lastId, timer);
    return lastId;
  };
  const ignore = (): void => undefined;
  return {
    setTimeout(callback: () => void, milliseconds: number) {
      const id = keep(
        setTimeout(() => {
          timers.delete(id);
          callback();
        }, milliseconds),
      );
      return id;
    },
    setInterval: (callback: () => void, milliseconds: number) => keep(setInterval(() => callback(), milliseconds)),
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
}
