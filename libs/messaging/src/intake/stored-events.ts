import type { Execution } from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import { readForward } from '../reading/direct-batch.ts';
import { MESSAGE_ID } from './event-message.ts';
import { allEventSubjects, executionFilter, EXECUTIONS, parseEventSubject, queuePlaceholder } from '../subjects.ts';

interface Where {
  tenant: string;
  /** Only events of this name. */
  event?: string;
}

/** Between the clocks of the servers that lead two streams. */
const CLOCKS_MS = 10_000;

/**
 * Which of these ids belong to an event that has been put on a queue since a time, whatever has become of it:
 * it is in one of the tenant's queues still, or its execution is on record. It reads everything since then.
 */
export async function findStored(
  nats: Nats,
  where: Where,
  ids: ReadonlySet<string>,
  sinceMs: number,
): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const id of storedSince(nats, where, new Date(Math.max(0, sinceMs - CLOCKS_MS)))) {
    if (ids.has(id)) found.add(id);
    if (found.size === ids.size) break;
  }
  return found;
}

async function* storedSince(nats: Nats, { tenant, event }: Where, time: Date): AsyncGenerator<string> {
  const start = { start_time: time };
  for await (const stream of nats.jsm.streams.names(queuePlaceholder(tenant, '*'))) {
    for await (const { subject, header } of readForward(nats, stream, allEventSubjects(tenant), start)) {
      if (event === undefined || parseEventSubject(subject)?.event === event) yield header.get(MESSAGE_ID);
    }
  }
  // Settled events leave a queue that fills up; their records stay.
  for await (const message of readForward(nats, EXECUTIONS, executionFilter(tenant), start)) {
    const { name, id } = message.json<Execution>().event;
    if (event === undefined || name === event) yield id;
  }
}
