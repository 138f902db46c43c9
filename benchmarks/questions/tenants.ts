// What do a hundred tenants cost that together send as much as one?
import { cpuSeconds, memoryMiB, ownCpuSeconds } from '../measure/processes.ts';
import { countStarts } from '../measure/starts.ts';
import { untilSettled } from '../measure/settled.ts';
import { bodyOf } from '../order/order.ts';
import type { Run } from '../rounds.ts';
import { deployToTenants } from '../subjects/jobico/deploy-package.ts';
import { startModules, type Modules } from '../subjects/jobico/start-modules.ts';
import { mostOf, sendSteadily, waitsIn, type Stretch, type Waits } from './stretch.ts';

export interface TenantsSize {
  tenants: number;
  /** Of all of them together. */
  perSecond: number;
  seconds: number;
}

const SIZE: TenantsSize = { tenants: 100, perSecond: 1000, seconds: 20 };
const QUICK: TenantsSize = { ...SIZE, seconds: 5 };

/** What a load came to that so many tenants shared. */
export interface Shared extends Waits {
  /** By role; undefined where the system does not tell. */
  cpuSecondsPer1000: Record<string, number> | undefined;
  /** Sandbox processes that were started meanwhile. */
  started: number;
}

export interface TenantsFinding {
  size: TenantsSize;
  one: Shared;
  many: Shared;
  /** Sandbox processes that were started in all, and the memory of those that are there at the end, with the executor's. */
  sandboxes: number;
  memoryMiB: number | undefined;
  othersShare: number | undefined;
}

/** One round: one tenant while it is alone, then the same load over all the others, on one platform. */
export async function playTenants(run: Run): Promise<TenantsFinding> {
  const size = run.isQuick ? QUICK : SIZE;
  await using platform = await startModules('tenants', run);
  const { urls, nats } = platform;
  const sandboxes = countStarts(platform.executor.pid);
  await deployToTenants(urls.ctl, nats.folder, 'orders', ['one']);
  const one = await share(run, platform, size, ['one']);
  const names = Array.from({ length: size.tenants }, (_, index) => `tenant-${index}`);
  await deployToTenants(urls.ctl, nats.folder, 'orders', names);
  const many = await share(run, platform, size, names);
  const memory = memoryMiB([platform.executor.pid]);
  return {
    size,
    one: one.found,
    many: many.found,
    sandboxes: sandboxes(),
    memoryMiB: memory,
    othersShare: mostOf(one, many),
  };
}

async function share(
  run: Run,
  { urls, nats, executor, processes }: Modules,
  { perSecond, seconds }: TenantsSize,
  tenants: readonly string[],
): Promise<{ found: Shared; othersShare: Stretch['othersShare'] }> {
  const { load, signal } = run;
  const queues = tenants.map((tenant) => ({ tenant, queue: 'orders' }));
  const body = bodyOf(1, 1);
  const targets = tenants.map((tenant) => ({ path: pathOf(tenant), body }));
  const steady = { url: urls.listener, targets, perSecond };
  await warmUp(run, urls.listener, tenants, tenants.length * WARM_UP_EVENTS);
  await untilSettled(nats.nc, queues, signal);
  const before = cpuByRole(processes);
  const starts = countStarts(executor.pid);
  let after: typeof before;
  let started = 0;
  const onEnd = () => {
    after = cpuByRole(processes);
    started = starts();
  };
  const measuring = { nc: nats.nc, load, signal };
  const { settled, othersShare } = await sendSteadily(measuring, queues, { ...steady, seconds }, { onEnd });
  const spent = Object.entries(after ?? {}).map(([role, spentBy]) => {
    return [role, ((spentBy - (before?.[role] ?? 0)) * 1000) / settled.length] as const;
  });
  const cpuSecondsPer1000 = before && Object.fromEntries(spent);
  return { found: { ...waitsIn(settled), cpuSecondsPer1000, started }, othersShare };
}

/** Each sandbox runs so many first: the engine has compiled by then what it will compile, which it does once. */
const WARM_UP_EVENTS = 1000;
const BATCH = 100;

async function warmUp({ load }: Run, url: string, tenants: readonly string[], events: number): Promise<void> {
  const body = bodyOf(0, BATCH);
  const targets = tenants.map((tenant) => ({ path: pathOf(tenant), body }));
  await load.run({ kind: 'pour', url, targets, count: events / BATCH });
}

const pathOf = (tenant: string) => `/events/${tenant}/order`;

/** The sandboxes, which are all that the executor starts, by themselves. */
function cpuByRole(processes: Modules['processes']): Record<string, number> | undefined {
  const found: Record<string, number> = {};
  for (const { role, pid } of processes) {
    const [own, all] = [ownCpuSeconds(pid), cpuSeconds([pid])];
    if (own === undefined || all === undefined) return undefined;
    if (role === 'executor') found.sandboxes = all - own;
    found[role] = role === 'executor' ? own : all;
  }
  return found;
}
