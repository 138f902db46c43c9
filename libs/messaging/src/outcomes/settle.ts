import {
  JobicoError,
  type DeadLetter,
  type EmittedEvent,
  type Execution,
  type ExecutionInputs,
} from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import { withoutPayload } from '../dead-letters/without-payload.ts';
import type { HeaderFields } from '../publishing/publisher.ts';
import { readForward } from '../reading/direct-batch.ts';
import { eventHeaders, MESSAGE_ID } from '../intake/event-message.ts';
import { asUnavailable } from '../connection/failures.ts';
import type { Outcomes } from './outcomes.ts';
import { deadLetterSubject, DEADLETTERS, eventSubject, inputsSubject } from '../subjects.ts';

/** What an execution amounts to, ready to be made final. */
export interface Settlement {
  execution: Execution;
  /** What the execution was given, where its job has it kept. */
  inputs?: ExecutionInputs;
  /** The copy that is kept of the event, where the outcome that stands has the status `dead`. */
  deadLetterOf: (execution: Execution) => DeadLetterBody;
}

export type DeadLetterBody = Omit<DeadLetter, 'id'>;

/** The subject of an event that an outcome raises. Without a key in it, it reaches its partition too, but all look at it. */
export type SubjectOf = (tenant: string, event: EmittedEvent) => string;

const bareSubject: SubjectOf = (tenant, { event }) => eventSubject(tenant, event);

export interface SettleOptions {
  /** Whether the same settlement may have been made before. */
  isRepeat?: boolean;
  /** Called after the commit point, whoever recorded what stands. */
  onRecorded?: () => void;
  subjectOf?: SubjectOf;
}

/**
 * A settlement that takes longer may have been completed by another process meanwhile: nobody takes a queue over sooner,
 * unless it was handed over, or the connection was lost.
 */
const LATE_MS = 4000;

/**
 * Makes an outcome final, always in this order, each step only after the one before is stored: the outcome's record (the
 * commit point), the events that it raises, the dead letter. The caller acknowledges the source afterwards, so that a
 * crash anywhere between is found again: no record, and the event runs again; a record, and the rest is completed from it.
 * What the execution was given goes out before its record, on the same connection: who reads the one finds the other.
 *
 * Answers `fenced` when another outcome ends the event: then that one stands, and its remaining steps have been completed
 * here. Throws `unavailable` when it cannot tell; it may be called again with the same settlement, as a repeat.
 */
export async function settle(
  nats: Nats,
  outcomes: Outcomes,
  settlement: Settlement,
  { isRepeat = false, onRecorded, subjectOf = bareSubject }: SettleOptions = {},
): Promise<'settled' | 'fenced'> {
  const sinceMs = performance.now();
  const { inputs } = settlement;
  const kept = inputs && publishInputs(nats, settlement.execution, inputs);
  // Waited for below, unless the record fails first.
  kept?.catch(() => undefined);
  const commit = await outcomes.commit(settlement.execution);
  await kept;
  onRecorded?.();
  if (!commit.isOurs) {
    await complete(nats, [{ execution: commit.recorded, deadLetterOf: settlement.deadLetterOf }]);
    return commit.recorded.status === 'retry' ? 'settled' : 'fenced';
  }
  const { execution } = settlement;
  if (isRepeat || performance.now() - sinceMs > LATE_MS) {
    await complete(nats, [settlement]);
    return 'settled';
  }
  if (execution.emitted.length > 0) await publishOutgoing(nats, execution.tenant, execution.emitted, subjectOf);
  if (execution.status === 'dead') await publishDeadLetter(nats, settlement.deadLetterOf(execution));
  return 'settled';
}

/**
 * The steps after the record, for outcomes that were recorded by a process that may not have come to its end: what is
 * already there is not published again, however long ago it was. Every queue that they lead to is read once.
 */
export async function complete(nats: Nats, settlements: readonly Settlement[]): Promise<void> {
  const raised = settlements.flatMap(({ execution }) => execution.emitted.map((event) => ({ execution, event })));
  const byQueue = Map.groupBy(raised, ({ execution, event }) => eventSubject(execution.tenant, event.event));
  for (const [subject, events] of byQueue) {
    const wanted = new Set(events.map(({ event }) => event.id));
    const stored = await storedIds(nats, subject, wanted, earliest(events));
    const absent = events.filter(({ event }) => !stored.has(event.id));
    const [tenant = ''] = absent.map(({ execution }) => execution.tenant);
    await publishOutgoing(
      nats,
      tenant,
      absent.map(({ event }) => event),
    );
  }
  const dead = settlements.filter(({ execution }) => execution.status === 'dead');
  const letters = dead.map(({ execution, deadLetterOf }) => ({ execution, letter: deadLetterOf(execution) }));
  const bySubject = Map.groupBy(letters, ({ letter }) => subjectOf(letter));
  for (const [subject, group] of bySubject) {
    const wanted = new Set(group.map(({ letter }) => deadLetterId(letter)));
    const stored = await storedIds(nats, subject, wanted, earliest(group));
    for (const { letter } of group) if (!stored.has(deadLetterId(letter))) await publishDeadLetter(nats, letter);
  }
}

async function publishInputs({ publisher }: Nats, { tenant, id }: Execution, inputs: ExecutionInputs): Promise<void> {
  const cut: ExecutionInputs = { data: '', calls: [], isCut: true };
  await publishFitting(publisher, inputsSubject(tenant, id), [inputs, cut], [[MESSAGE_ID, `${id}:inputs`]]);
}

/** Publishes the first of two forms, or the smaller one where no message can hold that: it would never be stored. */
async function publishFitting<T>(
  publisher: Nats['publisher'],
  subject: string,
  [whole, smaller]: readonly [T, T],
  fields: HeaderFields,
): Promise<void> {
  try {
    await publisher.publish(subject, JSON.stringify(whole), fields);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    await publisher.publish(subject, JSON.stringify(smaller), fields);
  }
}

const isTooLarge = (error: unknown) => error instanceof JobicoError && error.code === 'too-large';

const timeOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

const earliest = (recorded: readonly { execution: Execution }[]) =>
  Math.min(...recorded.map(({ execution }) => timeOf(execution.id)));

async function publishOutgoing(
  nats: Nats,
  tenant: string,
  events: readonly EmittedEvent[],
  subjectOf: SubjectOf = bareSubject,
): Promise<void> {
  const published = await Promise.allSettled(
    events.map((outgoing) => {
      const { id, key, data } = outgoing;
      const headers = eventHeaders({ id, key, source: 'job' });
      return nats.publisher.publish(subjectOf(tenant, outgoing), JSON.stringify(data), headers);
    }),
  );
  for (const [index, result] of published.entries()) {
    // What no message can hold never gets there: the record keeps it.
    if (result.status === 'fulfilled' || isTooLarge(result.reason)) continue;
    const isUntaken = result.reason instanceof JobicoError && result.reason.code === 'not-found';
    // Nobody declares the event any more: the record keeps it, and there is no queue that it could wait in. A stream that
    // is there and answers nobody is only looking for its leader.
    const stream = isUntaken ? await streamOf(nats, eventSubject(tenant, events[index]?.event ?? '')) : '';
    if (stream !== undefined) throw result.reason;
  }
}

/** Letters of all tenants are in one stream, and another's event may have the same id at the same place. */
function deadLetterId({ tenant, queue, event, sequence }: DeadLetterBody): string {
  return `${tenant}:${queue}:${sequence}:${event.id}:dead`;
}

const subjectOf = ({ tenant, queue, event }: DeadLetterBody) => deadLetterSubject(tenant, queue, event.name);

async function publishDeadLetter({ publisher }: Nats, letter: DeadLetterBody): Promise<void> {
  const fields: HeaderFields = [[MESSAGE_ID, deadLetterId(letter)]];
  await publishFitting(publisher, subjectOf(letter), [letter, withoutPayload(letter)], fields);
}

const PAGE = 1000;

/** Which messages with one of these ids have been stored under the subject since a time. */
async function storedIds(
  nats: Nats,
  subject: string,
  wanted: ReadonlySet<string>,
  sinceMs: number,
): Promise<Set<string>> {
  const found = new Set<string>();
  const isLetter = subject.startsWith('jobico.deadletter.');
  const stream = isLetter ? DEADLETTERS : await streamOf(nats, subject);
  if (stream === undefined || wanted.size === 0) return found;
  // An event may have been sent with its key in the subject.
  for (const filter of isLetter ? [subject] : [subject, `${subject}.>`]) {
    for await (const { header } of readForward(nats, stream, filter, { start_time: new Date(sinceMs - 1) }, PAGE)) {
      const id = header.get(MESSAGE_ID);
      if (wanted.has(id)) found.add(id);
      if (found.size === wanted.size) return found;
    }
  }
  return found;
}

async function streamOf({ jsm }: Nats, subject: string): Promise<string | undefined> {
  try {
    for await (const name of jsm.streams.names(subject)) return name;
  } catch (error) {
    throw asUnavailable(error, 'the queues cannot be listed');
  }
  return undefined;
}
