import { createClient } from '@jobico/client';
import type { Execution } from '@jobico/contract';
import { connectNats, listQueues, queueStream, type Nats } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { onTestFinished, vi } from 'vitest';

/** A connection of a test's own to a platform's NATS. */
export async function natsOf(url: string): Promise<Nats> {
  const nats = await connectNats({ url, name: 'test', log: createSilentLogger() });
  onTestFinished(() => nats.close());
  return nats;
}

/** Every execution of a tenant, in the order in which they were recorded. */
export async function allExecutions(ctl: string, tenant: string): Promise<Execution[]> {
  const client = createClient({ url: ctl });
  const found: Execution[] = [];
  let after: string | undefined;
  do {
    const page = await client.call('execution.list', { tenant, limit: 1000, ...(after !== undefined && { after }) });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found.toReversed();
}

/** Waits until no event of a tenant waits, is in work, or is parked. */
export async function untilSettled(nats: Nats, tenant: string, timeoutMs = 40_000): Promise<void> {
  const pendingOf = async () => (await listQueues(nats, tenant)).reduce((sum, { pending }) => sum + pending, 0);
  await vi.waitFor(
    async () => {
      // Twice: an event can be parked, or raise another, between the look at the one place and at the other.
      const pending = (await pendingOf()) || (await pendingOf());
      if (pending > 0) throw new Error(`${pending} events are not settled`);
    },
    { timeout: timeoutMs, interval: 50 },
  );
}

/** Ids of the events that a queue has stored, by their sequence. */
export async function storedIds(nats: Nats, tenant: string, queue: string): Promise<Map<number, string>> {
  const stream = queueStream(tenant, queue);
  const ids = new Map<number, string>();
  const { first_seq, last_seq } = (await nats.jsm.streams.info(stream)).state;
  for (let seq = first_seq; seq <= last_seq; seq += 1000) {
    const messages = await nats.jsm.direct.getBatch(stream, { seq, batch: 1000 });
    for await (const { seq: at, subject, header } of messages) {
      // What wakes a queue is none of its events.
      if (subject.startsWith('jobico.event.')) ids.set(at, header.get('Nats-Msg-Id'));
    }
  }
  return ids;
}

/** What is wrong with what became of a tenant's events; all empty when nothing is. */
export interface Ledger {
  /** Events that have no terminal outcome: `<queue> <sequence>`. */
  lost: string[];
  /** Events with more than one. */
  doubled: string[];
  /** Pairs of events of one lane whose outcomes, or starts, are not in the order of the queue. */
  inverted: string[];
  /** Events that an outcome raised and that are not on their queue, or that are there twice, or that no outcome raised. */
  astray: string[];
}

export const CLEAN: Ledger = { lost: [], doubled: [], inverted: [], astray: [] };

/**
 * Holds the executions of a tenant, in the order they were recorded, against the events that its queues have stored.
 * `laneOf` says which executions are to be in order.
 */
export async function audit(
  nats: Nats,
  ctl: string,
  tenant: string,
  laneOf: (execution: Execution) => string,
): Promise<Ledger> {
  const outcomes = (await allExecutions(ctl, tenant)).filter(({ status }) => status !== 'retry');
  const ledger: Ledger = { lost: [], doubled: [], inverted: inversionsIn(outcomes, laneOf), astray: [] };
  const onQueues: string[] = [];
  for (const { id: queue } of await listQueues(nats, tenant)) {
    const counts = new Map<number, number>();
    for (const { queue: of, sequence } of outcomes)
      if (of === queue) counts.set(sequence, (counts.get(sequence) ?? 0) + 1);
    for (const [sequence, id] of await storedIds(nats, tenant, queue)) {
      const count = counts.get(sequence) ?? 0;
      if (count === 0) ledger.lost.push(`${queue} ${sequence}`);
      if (count > 1) ledger.doubled.push(`${queue} ${sequence}`);
      onQueues.push(id);
    }
  }
  // An id of an event that an outcome raised is made of the id of the event before and its route.
  const raised = onQueues.filter((id) => id.includes(':')).toSorted();
  const expected = outcomes.flatMap(({ emitted }) => emitted.map(({ id }) => id)).toSorted();
  ledger.astray.push(...difference(raised, expected), ...difference(expected, raised));
  return ledger;
}

/** What is in `some` and not as often in `others`. */
function difference(some: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const each of others) counts.set(each, (counts.get(each) ?? 0) + 1);
  return some.filter((each) => {
    const left = counts.get(each) ?? 0;
    counts.set(each, left - 1);
    return left <= 0;
  });
}

function inversionsIn(outcomes: readonly Execution[], laneOf: (execution: Execution) => string): string[] {
  const inverted: string[] = [];
  const lastOfLane = new Map<string, Execution>();
  for (const outcome of outcomes) {
    const lane = laneOf(outcome);
    const before = lastOfLane.get(lane);
    lastOfLane.set(lane, outcome);
    if (before && (before.sequence > outcome.sequence || before.startedAt > outcome.startedAt)) {
      inverted.push(`${lane}: ${placeOf(before)}, then ${placeOf(outcome)}`);
    }
  }
  return inverted;
}

function placeOf({ sequence, attempt, status, startedAt, node }: Execution): string {
  return `${sequence} (attempt ${attempt}, ${status}, ${startedAt}, node ${node.slice(-6)})`;
}
