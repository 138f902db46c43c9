import { availableParallelism } from 'node:os';
import { cpuSeconds, machineSeconds } from './processes.ts';

/** Above this share of the cores other programs show in what is measured. */
export const NOISY_SHARE = 0.1;

/**
 * Begins to watch what other programs take of the machine. The answer is a share of all cores, 0 to 1, since the begin;
 * undefined where the system does not tell.
 */
export function watchOthers(): () => number | undefined {
  const before = read();
  return () => {
    const after = read();
    if (!before || !after) return undefined;
    const others = after.machine - before.machine - (after.own - before.own);
    const cores = availableParallelism() * (after.atSeconds - before.atSeconds);
    return Math.min(1, Math.max(0, others / cores));
  };
}

/** Everything that the benchmark starts is below this process. */
function read(): { machine: number; own: number; atSeconds: number } | undefined {
  const machine = machineSeconds();
  const own = cpuSeconds([process.pid]);
  return machine === undefined || own === undefined ? undefined : { machine, own, atSeconds: performance.now() / 1000 };
}
