// Does a key that waits for its next attempt cost the others anything, and is it forgotten or overtaken?
import { setTimeout as delay } from 'node:timers/promises';
import { firstInversion, readSettled, type Settled } from '../measure/settled.ts';
import type { Run } from '../rounds.ts';
import { deployToTenants } from '../subjects/jobico/deploy-package.ts';
import { startModules, type Modules } from '../subjects/jobico/start-modules.ts';
import { mostOf, sendSteadily, waitsIn, type Stretch, type Waits } from './stretch.ts';

export interface ParkingSize {
  keys: number;
  perSecond: number;
  /** How long the load is measured without a key that waits, before and again after the key. */
  aloneSeconds: number;
  /** How long one key wants to be tried again, about once a second. */
  retrySeconds: number;
}

const SIZE: ParkingSize = { keys: 1000, perSecond: 1000, aloneSeconds: 30, retrySeconds: 60 };
const QUICK: ParkingSize = { ...SIZE, aloneSeconds: 5, retrySeconds: 10 };
const WARM_UP_SECONDS = 10;

/** What the executor's process held. */
export interface Memory {
  /** Resident, MiB, a reading each second. */
  residentMiB: number[];
  /** JavaScript's heap without garbage and what hangs on it, MiB, before and after. */
  heldMiB: [before: number, after: number];
}

export interface ParkingFinding {
  size: ParkingSize;
  /** Of every key, while none waits; before and after. */
  alone: Waits;
  /** Of the other keys while one waits. */
  beside: Waits;
  /** Of the key that waits: attempts of its first event, and how many of its events waited behind it. */
  waiting: { attempts: number; behind: number; seconds: number };
  memory: { alone: Memory; beside: Memory };
  othersShare: number | undefined;
}

const QUEUE = { tenant: 'keyed', queue: 'keyed' };
const PATH = `/events/${QUEUE.tenant}/told`;
const WAITING = 'k0';

/** One round: a steady load over all keys; then the same while one of them waits; then as before. Throws if order is lost. */
export async function playParking(run: Run): Promise<ParkingFinding> {
  const size = run.isQuick ? QUICK : SIZE;
  await using platform = await startModules('parking', run, ['--expose-gc']);
  await deployToTenants(platform.urls.ctl, platform.nats.folder, 'retrying', [QUEUE.tenant]);
  await measure(run, platform, size, WARM_UP_SECONDS);
  const before = await measure(run, platform, size, size.aloneSeconds);
  await run.otherLoad.run({ kind: 'pour', url: platform.urls.listener, targets: [retrying(size)], count: 1 });
  const beside = await measure(run, platform, size, size.retrySeconds);
  const after = await measure(run, platform, size, size.aloneSeconds);
  const all = await readSettled(platform.nats.nc, QUEUE, 1);
  const inversion = firstInversion(all);
  if (inversion)
    throw new Error(`event ${inversion.sequence} of key ${inversion.key} ended before one that came earlier`);
  return {
    size,
    alone: waitsIn([...before.stretch.settled, ...after.stretch.settled]),
    beside: waitsIn(beside.stretch.settled.filter(({ key }) => key !== WAITING)),
    waiting: waitingIn(all),
    memory: { alone: before.memory, beside: beside.memory },
    othersShare: mostOf(before.stretch, beside.stretch, after.stretch),
  };
}

async function measure(
  { load, signal }: Run,
  { urls, nats, executor }: Modules,
  { keys, perSecond }: ParkingSize,
  seconds: number,
): Promise<{ stretch: Stretch; memory: Memory }> {
  const targets = Array.from({ length: keys }, (_, index) => ({ path: PATH, body: bodyOf({ key: `k${index}` }) }));
  const heldMiB = async () => {
    const { heapUsed, external } = await executor.ask<NodeJS.MemoryUsage>('held');
    return (heapUsed + external) / 2 ** 20;
  };
  const residentMiB: number[] = [];
  const watching = new AbortController();
  const watch = async () => {
    while (!watching.signal.aborted) {
      residentMiB.push((await executor.ask<NodeJS.MemoryUsage>('resident')).rss / 2 ** 20);
      await delay(1000, undefined, { signal: watching.signal }).catch(() => undefined);
    }
  };
  const heldBefore = await heldMiB();
  const watched = watch();
  const steady = { url: urls.listener, targets, perSecond, seconds };
  // What is held is read as soon as the last event is sent: the key that waits must still wait.
  let heldAfter = 0;
  const onSent = async () => {
    watching.abort();
    await watched;
    heldAfter = await heldMiB();
  };
  const stretch = await sendSteadily({ nc: nats.nc, load, signal }, [QUEUE], steady, { onSent });
  return { stretch, memory: { residentMiB, heldMiB: [heldBefore, heldAfter] } };
}

/** It waits somewhat longer than the load is measured. */
const retrying = ({ retrySeconds }: ParkingSize) => ({
  path: PATH,
  body: bodyOf({ key: WAITING, retries: Math.ceil(retrySeconds * 1.1) + 3 }),
});

const bodyOf = (told: { key: string; retries?: number }) => JSON.stringify({ data: [told] });

function waitingIn(all: readonly Settled[]): ParkingFinding['waiting'] {
  const [first] = all.filter(({ attempt }) => attempt > 1);
  if (first?.key !== WAITING) throw new Error('no event was tried again');
  const isBehind = ({ key, storedAtMs, sequence }: Settled) =>
    key === WAITING && sequence > first.sequence && storedAtMs < first.recordedAtMs;
  return {
    attempts: first.attempt,
    behind: all.filter(isBehind).length,
    seconds: (first.recordedAtMs - first.storedAtMs) / 1000,
  };
}
