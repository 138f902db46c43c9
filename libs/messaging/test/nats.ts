import type { Execution, Queue } from '@jobico/contract';
import { connectNats, createEventId, ensureStreams, type Nats } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { inject } from 'vitest';

let count = 0;

/** A tenant that no other test uses. */
export const uniqueTenant = () => `t${process.pid}-${(count += 1)}-${Date.now().toString(36)}`;

/** Runs with a connection of its own to the real nats-server, with the platform's streams made. */
export async function withNats<T>(work: (nats: Nats) => Promise<T>): Promise<T> {
  const nats = await connectNats({ url: inject('natsUrl'), name: 'test', log: createSilentLogger() });
  try {
    await ensureStreams(nats);
    return await work(nats);
  } finally {
    await nats.close();
  }
}

export function queue(id: string, ordering: Queue['ordering'] = { kind: 'strict' }, maxEvents = -1): Queue {
  return { id, ordering, storage: 'file', maxAgeMs: 3_600_000, maxBytes: 1 << 24, maxEvents };
}

/** When the events were stored of which there are outcomes: all of one event tell the same. */
const stored = new Map<string, string>();

export function execution(tenant: string, sequence: number, changes: Partial<Execution> = {}): Execution {
  const time = new Date().toISOString();
  const place = `${tenant}/${sequence}`;
  if (!stored.has(place)) stored.set(place, time);
  return {
    id: createEventId(),
    tenant,
    package: 'p',
    version: 1,
    job: 'j',
    event: { id: `e${sequence}`, name: 'placed', time: stored.get(place) ?? time },
    attempt: 1,
    status: 'ok',
    startedAt: time,
    durationMs: 1,
    waitedMs: 1,
    queue: 'q',
    sequence,
    emitted: [],
    logs: [],
    usage: { memoryBytes: 0, hostCalls: 0 },
    node: 'n',
    ...changes,
  };
}
