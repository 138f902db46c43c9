import { readdirSync, readFileSync } from 'node:fs';

/** A unit of /proc's processor times: a hundredth of a second on every architecture that Node runs on. */
const TICK_SECONDS = 0.01;

interface Stat {
  pid: number;
  parent: number;
  /** Of the process itself. */
  ownSeconds: number;
  /** Of the process, and of the children that have ended. */
  cpuSeconds: number;
}

/** Whether the system tells what processes use. */
const canMeasure = process.platform === 'linux';

/**
 * Processor seconds that these processes and all below them have used so far, of those that have ended too: the difference
 * of two readings is right whatever started or ended between. Undefined where the system does not tell.
 */
export function cpuSeconds(roots: readonly number[]): number | undefined {
  if (!canMeasure) return undefined;
  return withDescendants(roots).reduce((sum, stat) => sum + stat.cpuSeconds, 0);
}

/** Processor seconds that a process has used by itself, without its children. */
export function ownCpuSeconds(pid: number): number | undefined {
  return canMeasure ? statOf(pid)?.ownSeconds : undefined;
}

/** Memory in MiB of these processes and all below them, shared pages split among those that share them; else `undefined`. */
export function memoryMiB(roots: readonly number[]): number | undefined {
  if (!canMeasure) return undefined;
  const kibibytes = withDescendants(roots).map(({ pid }) => {
    const found = /^Pss:\s+(\d+) kB$/m.exec(readProc(`${pid}/smaps_rollup`) ?? '')?.[1];
    return found === undefined ? undefined : Number(found);
  });
  if (kibibytes.includes(undefined)) return undefined;
  return kibibytes.reduce<number>((sum, each) => sum + (each ?? 0), 0) / 1024;
}

/** Processor seconds that the whole machine has spent so far, and those that its host has kept from it. */
export function machineSeconds(): number | undefined {
  const [, user = 0, nice = 0, system = 0, , , , , steal = 0] = (readProc('stat') ?? '').split(/\s+/, 9).map(Number);
  return canMeasure ? (user + nice + system + steal) * TICK_SECONDS : undefined;
}

function withDescendants(roots: readonly number[]): Stat[] {
  const all = everyProcess();
  const found = all.filter(({ pid }) => roots.includes(pid));
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

function everyProcess(): Stat[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : []));
}

function statOf(pid: number): Stat | undefined {
  const text = readProc(`${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the command in brackets, with anything in it; state is the first after it.
  const [, parent, ...rest] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const secondsOf = (from: number, to: number) =>
    rest.slice(from, to).reduce((sum, each) => sum + each, 0) * TICK_SECONDS;
  return { pid, parent: parent ?? 0, ownSeconds: secondsOf(9, 11), cpuSeconds: secondsOf(9, 13) };
}

/** Undefined for a process that has ended meanwhile. */
function readProc(file: string): string | undefined {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** The children that a process has now; none where the system does not tell. */
export function childrenOf(parent: number): number[] {
  if (!canMeasure) return [];
  return everyProcess().flatMap((stat) => (stat.parent === parent ? [stat.pid] : []));
}
