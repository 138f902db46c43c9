import type { Execution } from '@jobico/contract';
import type { Nats } from './connection.ts';
import { readForward } from './direct-batch.ts';
import { MESSAGE_ID } from './event-message.ts';
import { allEventSubjects, executionFilter, EXECUTIONS, queuePlaceholder } from './subjects.ts';

/** Between the clocks of the servers that lead two streams. */
const CLOCKS_MS = 10_000;

/**
 * Which of these ids belong to an event that has been put on a queue of the tenant since a time, whatever has become of it:
 * it is in one of the queues still, or its execution is on record. It reads everything since then.
 */
export async function findStored(
  nats: Nats,
  tenant: string,
  ids: ReadonlySet<string>,
  sinceMs: number,
): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const id of storedSince(nats, tenant, new Date(Math.max(0, sinceMs - CLOCKS_MS)))) {
    if (ids.has(id)) found.add(id);
    if (found.size === ids.size) break;
  }
  return found;
}

async function* storedSince(nats: Nats, tenant: string, time: Date): AsyncGenerator<string> {
  const start = { start_time: time };
  for await (const stream of nats.jsm.streams.names(queuePlaceholder(tenant, '*'))) {
    for await (const { header } of readForward(nats, stream, allEventSubjects(tenant), start)) {
      yield header.get(MESSAGE_ID);
    }
  }
  // Settled events leave a queue that fills up; their records stay.
  for await (const message of readForward(nats, EXECUTIONS, executionFilter(tenant), start)) {
    yield message.json<Execution>().event.id;
  }
}
