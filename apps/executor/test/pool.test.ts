import type { Dispatch, LoadedComponent, Sandbox, SandboxOptions } from '@jobico/component';
import type { DeclaredEvent } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HostServices } from '../src/host/host-services.ts';
import { createSandboxPool, type SandboxLane } from '../src/sandboxes/pool.ts';
import type { Outcome } from '../src/work.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A process that keeps what it is given until it is told to finish. */
interface FakeProcess {
  inside: Dispatch[];
  isAlive: boolean;
  finish(): void;
}

const RECYCLE_MS = 100;

function stage(maxSandboxes: number) {
  const processes: FakeProcess[] = [];
  const pool = createSandboxPool({
    components: {
      keyOf: () => 'job',
      isSameJob: (key, other) => key === other,
      load: () => Promise.resolve({ component: { key: 'job' } as LoadedComponent, redactor: undefined }),
    },
    hostServices: {} as HostServices,
    liveLogs: { tell: () => undefined },
    startSandbox: (callbacks) => Promise.resolve(start(callbacks)),
    log: createSilentLogger(),
    maxSandboxes,
    maxPerTenant: 1,
    recycleMs: RECYCLE_MS,
  });
  const start = ({ onOutcome }: Pick<SandboxOptions, 'onOutcome'>): Sandbox => {
    const inside: Dispatch[] = [];
    const told = { startedAt: 0, durationMs: 0, memoryBytes: 0, logs: [] };
    const process: FakeProcess = {
      inside,
      isAlive: true,
      finish() {
        const ended = inside.splice(0);
        onOutcome(ended.map(({ n }) => ({ n, status: 'ok', result: 'null', ...told })));
      },
    };
    processes.push(process);
    return {
      load: () => Promise.resolve(),
      dispatch: (batch: readonly Dispatch[]) => void inside.push(...batch),
      running: () => [],
      culprit: (n: number) => n,
      kill: () => void (process.isAlive = false),
      exited: Promise.resolve(),
    } as unknown as Sandbox;
  };
  const outcomes: string[] = [];
  let count = 0;
  const send = (tenant: string, lane: SandboxLane = pool.openLane(tenant)) => {
    const id = `${tenant}${(count += 1)}`;
    const event = { id, tenant, name: 'told', sequence: count, timeMs: 0, text: '{}' };
    const declared = { job: { id: 'job', timeoutMs: 600_000 } } as unknown as DeclaredEvent;
    const onOutcome = (outcome: Outcome) => outcomes.push(`${id} ${outcome.kind}`);
    lane.send({ event, key: undefined, attempt: 1, declared, onOutcome });
    return lane;
  };
  /** Who is being served: the tenants of what is inside of the processes that live. */
  const served = () =>
    processes.flatMap(({ isAlive, inside }) => (isAlive ? inside.map(({ event }) => event.tenant) : [])).toSorted();
  return { pool, processes, outcomes, send, served };
}

test('an active tenant keeps its sandbox, however many others have one', async () => {
  const { processes, send, served } = stage(40);
  for (let round = 0; round < 2; round += 1) {
    for (let tenant = 0; tenant < 40; tenant += 1) send(`t${tenant}-`);
    await vi.advanceTimersByTimeAsync(6000);
    expect(served()).toHaveLength(40);
    for (const process of processes) process.finish();
  }
  expect(processes).toHaveLength(40);
});

test('a sandbox that has been unused for a while is replaced at once, the one unused longest first', async () => {
  const { processes, send, served } = stage(2);
  send('a');
  await vi.advanceTimersByTimeAsync(50);
  processes[0]?.finish();
  await vi.advanceTimersByTimeAsync(10);
  send('b');
  await vi.advanceTimersByTimeAsync(50);
  processes[1]?.finish();
  await vi.advanceTimersByTimeAsync(10_000);
  send('c');
  await vi.advanceTimersByTimeAsync(1);
  expect(served()).toEqual(['c']);
  expect(processes.map(({ isAlive }) => isAlive)).toEqual([false, true, true]);
});

test('a sandbox that is in use is not replaced for every event of a tenant that has none', async () => {
  const { processes, send, pool } = stage(2);
  for (let round = 0; round < 150; round += 1) {
    for (const tenant of ['a', 'b', 'c', 'd']) send(tenant);
    await vi.advanceTimersByTimeAsync(20);
    for (const process of processes) if (process.isAlive) process.finish();
  }
  expect(pool.size).toBe(2);
  expect(processes.length).toBeLessThanOrEqual(2 + 3000 / RECYCLE_MS);
  expect(processes.length).toBeGreaterThan(2);
});

test('a tenant that floods every sandbox makes room: what is inside ends there, the rest waits for its next turn', async () => {
  const { processes, send, outcomes, served } = stage(1);
  const flood = send('a');
  for (let event = 0; event < 400; event += 1) send('a', flood);
  await vi.advanceTimersByTimeAsync(10);
  const inside = processes[0]?.inside.length ?? 0;
  expect(inside).toBeGreaterThan(0);
  send('b');
  await vi.advanceTimersByTimeAsync(2000);
  expect(processes).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome.endsWith('unrun'))).toHaveLength(401 - inside);
  processes[0]?.finish();
  expect(outcomes.filter((outcome) => outcome.endsWith('ok'))).toHaveLength(inside);
  await vi.advanceTimersByTimeAsync(10);
  expect(served()).toEqual(['b']);
});

test('tenants that wait are served in the order they came, also those that had a turn before', async () => {
  const { processes, send } = stage(1);
  const turns: (string | undefined)[] = [];
  for (const tenant of ['a', 'b', 'c']) send(tenant);
  for (let turn = 0; turn < 6; turn += 1) {
    await vi.advanceTimersByTimeAsync(2000);
    const process = processes.find(({ isAlive }) => isAlive);
    const tenant = process?.inside[0]?.event.tenant ?? '';
    turns.push(tenant);
    process?.finish();
    await vi.advanceTimersByTimeAsync(0);
    send(tenant);
  }
  expect(turns).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});

test('a tenant whose lanes are closed while it waits gets no sandbox', async () => {
  const { processes, send, outcomes } = stage(1);
  send('a');
  await vi.advanceTimersByTimeAsync(10);
  send('b').close();
  expect(outcomes).toEqual(['b2 unrun']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(processes).toHaveLength(1);
  expect(processes[0]?.isAlive).toBe(true);
});

test('once stopped, nothing waits for a turn any more', async () => {
  const { pool, processes, send } = stage(1);
  send('a');
  await vi.advanceTimersByTimeAsync(10);
  send('b');
  await pool.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(processes).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
