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

/** Waits until no event of a queue waits, is in work, or is parked. */
export async function untilSettled(nats: Nats, tenant: string, queue: string, timeoutMs = 40_000): Promise<void> {
  const pendingOf = async () => (await listQueues(nats, tenant)).find(({ id }) => id === queue)?.pending ?? Infinity;
  await vi.waitFor(
    async () => {
      // Twice: an event can be parked between the look at what is parked and the look at the queue.
      const pending = (await pendingOf()) || (await pendingOf());
      if (pending > 0) throw new Error(`${pending} events of ${queue} are not settled`);
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

export interface Ledger {
  /** Sequences of events that have no terminal outcome. */
  lost: number[];
  /** Sequences of events with more than one. */
  doubled: number[];
  /** Pairs of events of one key whose outcomes, or starts, are not in the order of the queue. */
  inverted: string[];
}

/** Holds the executions of a queue, in the order they were recorded, against the events it has stored. */
export function audit(stored: Iterable<number>, executions: readonly Execution[]): Ledger {
  const outcomes = executions.filter(({ status }) => status !== 'retry');
  const times = new Map<number, number>();
  for (const { sequence } of outcomes) times.set(sequence, (times.get(sequence) ?? 0) + 1);
  const inverted: string[] = [];
  const lastOfKey = new Map<string, Execution>();
  for (const outcome of outcomes) {
    const key = outcome.event.key ?? '';
    const before = lastOfKey.get(key);
    lastOfKey.set(key, outcome);
    if (!before) continue;
    if (before.sequence > outcome.sequence || before.startedAt > outcome.startedAt) {
      inverted.push(`${key}: ${before.sequence} at ${before.startedAt}, ${outcome.sequence} at ${outcome.startedAt}`);
    }
  }
  return {
    lost: [...stored].filter((sequence) => !times.has(sequence)),
    doubled: [...times].filter(([, count]) => count > 1).map(([sequence]) => sequence),
    inverted,
  };
}
