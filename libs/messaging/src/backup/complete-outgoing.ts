import type { EmittedEvent } from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import { readForward } from '../reading/direct-batch.ts';
import { eventHeaders } from '../intake/event-message.ts';
import { readExecution } from '../outcomes/read-execution.ts';
import { findStored } from '../intake/stored-events.ts';
import { EXECUTIONS, eventSubject } from '../subjects.ts';

/** Between the clocks of whoever began the backup and of the server. */
const CLOCKS_MS = 60_000;

/**
 * Puts on their queues what outcomes have raised that were recorded while a backup was made, where the queue had been saved
 * before: an event that is neither on a queue nor on record. Answers how many there were.
 */
export async function completeOutgoing(nats: Nats, sinceMs: number): Promise<number> {
  const start = { start_time: new Date(sinceMs - CLOCKS_MS) };
  const raised = new Map<string, Map<string, EmittedEvent>>();
  for await (const message of readForward(nats, EXECUTIONS, 'jobico.execution.>', start)) {
    const { tenant, emitted } = readExecution(message);
    for (const event of emitted) {
      raised.set(tenant, (raised.get(tenant) ?? new Map<string, EmittedEvent>()).set(event.id, event));
    }
  }
  let completed = 0;
  for (const [tenant, events] of raised) {
    const stored = await findStored(nats, { tenant }, new Set(events.keys()), sinceMs - CLOCKS_MS);
    for (const { id, event, key, data } of [...events.values()].filter((each) => !stored.has(each.id))) {
      const headers = eventHeaders({ id, key, source: 'job' });
      await nats.publisher.publish(eventSubject(tenant, event), JSON.stringify(data), headers);
      completed += 1;
    }
  }
  return completed;
}
