// Does a tenant that floods slow down its neighbour?
import { readDurations, untilSettled } from '../measure/settled.ts';
import { median } from '../measure/statistics.ts';
import { orderAt } from '../order/order.ts';
import type { Run } from '../rounds.ts';
import { deployToTenants } from '../subjects/jobico/deploy-package.ts';
import { startModules, type Modules } from '../subjects/jobico/start-modules.ts';
import { mostOf, sendSteadily, waitsIn, type Steady, type Waits } from './stretch.ts';

/** What the flooding tenant sends, and how the neighbour is measured. */
export interface FairnessSize {
  flood: number;
  /** What each event of the flood asks its job to do; a thousand are about a millisecond. */
  rounds: number;
  perSecond: number;
  seconds: number;
}

const SIZE: FairnessSize = { flood: 50_000, rounds: 100_000, perSecond: 50, seconds: 40 };
const QUICK: FairnessSize = { flood: 12_500, rounds: 100_000, perSecond: 50, seconds: 10 };
const BATCH = 100;
const KEYS = 100;

export interface FairnessFinding {
  size: FairnessSize;
  /** The neighbour, with nobody beside it. */
  solo: Waits;
  /** The neighbour, while the flood is sent and run. */
  beside: Waits;
  /** What of the flood ended meanwhile, and how long an event of it took by itself. */
  flood: { outcomesPerSecond: number; medianMs: number };
  othersShare: number | undefined;
}

const FLOODER = 'flooder';
const NEIGHBOUR = 'neighbour';
const NEIGHBOURS_QUEUE = [{ tenant: NEIGHBOUR, queue: 'orders' }];
/** The flood goes to all of them: each is worked in another way. */
const SLOW_QUEUES = ['strict', 'keyed', 'loose'];

/** One round: the neighbour by itself, then beside a flood, on one platform. */
export async function playFairness(run: Run): Promise<FairnessFinding> {
  const size = run.isQuick ? QUICK : SIZE;
  await using platform = await startModules('fairness', run);
  const { urls, nats } = platform;
  await deployToTenants(urls.ctl, nats.folder, 'slow', [FLOODER]);
  await deployToTenants(urls.ctl, nats.folder, 'orders', [NEIGHBOUR]);
  const steady = {
    ...size,
    url: urls.listener,
    targets: [{ path: pathOf(NEIGHBOUR, 'order'), body: bodyOf([orderAt(1)]) }],
  };
  const send = (load: Steady) => sendSteadily({ ...run, nc: nats.nc }, NEIGHBOURS_QUEUE, load);
  await warmUp(run, platform, steady);
  const solo = await send(steady);
  const startedAtMs = Date.now();
  const [beside] = await Promise.all([send(steady), sendFlood(run, platform, size)]);
  const durations = await readDurations(nats.nc, FLOODER, startedAtMs);
  return {
    size,
    solo: waitsIn(solo.settled),
    beside: waitsIn(beside.settled),
    flood: {
      outcomesPerSecond: (durations.length * 1000) / (Date.now() - startedAtMs),
      medianMs: median(durations),
    },
    othersShare: mostOf(solo, beside),
  };
}

async function warmUp({ load, signal }: Run, { urls, nats }: Modules, steady: Steady): Promise<void> {
  const slow = SLOW_QUEUES.map((queue) => ({
    path: pathOf(FLOODER, `slow-${queue}`),
    body: bodyOf([slowEvent(0, 1)]),
  }));
  await load.run({ kind: 'pour', url: urls.listener, targets: slow, count: 30 });
  await load.run({ kind: 'turns', ...steady, perSecond: 200, count: 1000 });
  const queues = SLOW_QUEUES.map((queue) => ({ tenant: FLOODER, queue }));
  await untilSettled(nats.nc, [...queues, ...NEIGHBOURS_QUEUE], signal);
}

/** All the time that the neighbour is measured, and many times as much as can be run meanwhile. */
function sendFlood({ otherLoad }: Run, { urls }: Modules, { flood, rounds, seconds }: FairnessSize) {
  const data = Array.from({ length: BATCH }, (_, index) => slowEvent(index % KEYS, rounds));
  const targets = SLOW_QUEUES.map((queue) => ({ path: pathOf(FLOODER, `slow-${queue}`), body: bodyOf(data) }));
  const count = Math.ceil(flood / BATCH);
  return otherLoad.run({ kind: 'turns', url: urls.listener, targets, count, perSecond: count / seconds });
}

const slowEvent = (key: number, rounds: number) => ({ key: `k${key}`, rounds });
const pathOf = (tenant: string, event: string) => `/events/${tenant}/${event}`;
const bodyOf = (data: readonly unknown[]) => JSON.stringify({ data });
