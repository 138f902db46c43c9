import { isDeepStrictEqual } from 'node:util';
import {
  asJobicoError,
  JobicoError,
  jobsOf,
  pointer,
  queueOf,
  type PackageVersion,
  type Queue,
} from '@jobico/contract';
import {
  createPauses,
  deleteQueue,
  ensureQueue,
  isSameShape,
  listQueues,
  queueStream,
  shapeFor,
  takesBatches,
  type DefinitionStore,
  type Nats,
  type QueueState,
} from '@jobico/messaging';

interface DeclaredQueue {
  queue: Queue;
  /** Ids of all the events that wait in it, whichever package declares them. */
  events: string[];
}

/** The queues that a tenant's packages declare together. */
export function declaredQueues(packages: readonly PackageVersion[]): Map<string, DeclaredQueue> {
  const queues = new Map<string, DeclaredQueue>();
  for (const { definition } of packages) {
    for (const declared of definition.queues) {
      if (!queues.has(declared.id)) queues.set(declared.id, { queue: queueOf(declared), events: [] });
    }
    for (const { queue, event } of jobsOf(definition)) queues.get(queue)?.events.push(event);
  }
  return queues;
}

/** Refuses to change how a queue orders its events while some wait in it: they were stored under the old promise. */
export function assertOrderingStays(
  next: PackageVersion,
  live: readonly PackageVersion[],
  states: readonly QueueState[],
): void {
  const before = declaredQueues(live);
  const changed = next.definition.queues.flatMap((declared, index) => {
    const known = before.get(declared.id)?.queue;
    const pending = states.find(({ id }) => id === declared.id)?.pending ?? 0;
    if (!known || pending === 0 || isDeepStrictEqual(known.ordering, queueOf(declared).ordering)) return [];
    const fault = {
      path: pointer('queues', index, 'ordering'),
      message: `cannot change while ${pending === 1 ? 'an event waits' : `${pending} events wait`} in the queue`,
      value: inWords(queueOf(declared)),
      allowed: inWords(known),
    };
    return [{ id: declared.id, fault }];
  });
  if (changed.length === 0) return;
  const names = changed.map(({ id }) => id).join(', ');
  throw new JobicoError('conflict', `the ordering of queue ${names} cannot change under the events that wait in it`, {
    hint: 'Deploy again once the queue is empty, or give the queue another id.',
    faults: changed.map(({ fault }) => fault),
  });
}

/** An ordering as a package says it. */
function inWords({ ordering }: Queue): string {
  if (ordering.kind !== 'keyed') return ordering.kind;
  const partitions = ordering.partitions > 1 ? `, partitions: ${ordering.partitions}` : '';
  return `{ key: ${ordering.pointer}${partitions} }`;
}

/**
 * Makes the queues of `next` take every event that it and the `others` declare for them. Events that no package declares any more stay on their queues until
 * the definitions say so too (see reconcile); one that moves to another queue leaves the old one first, since a subject
 * belongs to one stream.
 */
export async function openQueues(
  nats: Nats,
  next: PackageVersion,
  others: readonly PackageVersion[],
  states: readonly QueueState[],
): Promise<void> {
  const { tenant, definition } = next;
  const declared = declaredQueues([...others, next]);
  const homes = new Map([...declared].flatMap(([id, { events }]) => events.map((event) => [event, id] as const)));
  const staying = (state: QueueState) => state.events.filter((event) => (homes.get(event) ?? state.id) === state.id);

  for (const state of states) {
    const events = staying(state);
    if (events.length < state.events.length) await takeOnly(nats, state, events);
  }
  for (const { id } of definition.queues) {
    const known = states.find((state) => state.id === id);
    const { queue, events } = declared.get(id) ?? {};
    if (!queue || !events) continue;
    await ensure(nats, tenant, queue, [...new Set([...events, ...(known ? staying(known) : [])])]);
  }
}

/** Another process of ctl may make the stream at the same moment: it is there to be updated then. */
async function ensure(nats: Nats, tenant: string, queue: Queue, events: readonly string[]): Promise<void> {
  try {
    await ensureQueue(nats, tenant, queue, events);
  } catch (error) {
    if (asJobicoError(error).code !== 'unavailable') throw error;
    await ensureQueue(nats, tenant, queue, events);
  }
}

/** Takes events off a queue's stream, and nothing else: the definition of the queue may be gone. */
async function takeOnly({ jsm }: Nats, { tenant, id, events }: QueueState, staying: readonly string[]): Promise<void> {
  const name = queueStream(tenant, id);
  const leaving = events.filter((event) => !staying.includes(event));
  const { config } = await jsm.streams.info(name);
  const isLeaving = (subject: string) =>
    leaving.some((event) => `${subject}.`.startsWith(`jobico.event.${tenant}.${event}.`));
  await jsm.streams.update(name, { subjects: config.subjects.filter((subject) => !isLeaving(subject)) });
}

/**
 * Brings a tenant's streams to what its definitions say: exactly the declared events on each, and no stream of a queue
 * that nobody declares once nothing waits in it. Answers whether such a queue is left, with events still to be drained.
 */
export async function reconcileQueues(nats: Nats, store: DefinitionStore, tenant: string): Promise<boolean> {
  const { packages } = await store.list(tenant);
  const declared = declaredQueues(packages);
  const states = await listQueues(nats, tenant);
  for (const state of states) {
    const events = declared.get(state.id)?.events ?? [];
    const staying = state.events.filter((event) => events.includes(event));
    if (staying.length < state.events.length) await takeOnly(nats, state, staying);
  }
  for (const [id, { queue, events }] of declared) {
    const state = states.find((each) => each.id === id);
    const isWhole = state && isSameShape(state.shape, shapeFor(queue)) && state.takesBatches === takesBatches(nats);
    if (!isWhole || events.some((event) => !state.events.includes(event))) {
      await ensure(nats, tenant, queue, events);
    }
  }
  return await removeDrained(nats, tenant, declared);
}

/** Looks again, after the events are off the streams: nothing can come in between the look and the removal then. */
async function removeDrained(nats: Nats, tenant: string, declared: ReadonlyMap<string, unknown>): Promise<boolean> {
  const undeclared = (await listQueues(nats, tenant)).filter(({ id }) => !declared.has(id));
  const drained = undeclared.filter(({ pending, events }) => pending === 0 && events.length === 0);
  const pauses = await createPauses(nats);
  for (const { id } of drained) {
    await deleteQueue(nats, tenant, id);
    await pauses.resume(tenant, 'queue', id);
  }
  return drained.length < undeclared.length;
}
