import { setImmediate } from 'node:timers/promises';
import { isId, isLarger, JobicoError, keyOf, LIMITS, pointer, type Fault, type Validator } from '@jobico/contract';
import type { DeclaredEvent, Definitions } from '../packages/definitions-view.ts';
import { createEventId } from './event-ids.ts';
import { ownHeaders, sourceHeaders } from './event-message.ts';
import { asUnavailable } from '../connection/failures.ts';
import { subjectKey } from '../queues/partitions.ts';
import type { HeaderFields } from '../publishing/joined-writes.ts';
import type { JointPublisher, Message } from '../publishing/joint-publisher.ts';
import type { Schemas } from '../packages/schemas.ts';
import { eventSubject } from '../subjects.ts';

/** An event to put on its queue: its value, to check, and its text, which is what the job gets, digit by digit. */
export interface IntakeItem {
  value: unknown;
  text: string;
  /** Default: the request's, else a new one. */
  id?: string | undefined;
  /** Default: the request's. */
  key?: string | undefined;
  /** Default: the request's. */
  traceparent?: string | undefined;
  /** Further headers of its message. */
  fields?: HeaderFields | undefined;
}

export interface IntakeRequest {
  tenant: string;
  event: string;
  items: readonly IntakeItem[];
  /** Id of the event, if it is a single one. */
  id?: string | undefined;
  /** Key of the events where their queue has no pointer. */
  key?: string | undefined;
  /** Where they came from, for the header `Jobico-Source`. */
  source: string;
  traceparent?: string | undefined;
  /** JSON pointer of an item, for faults. Default `/data/<index>`. */
  at?: ((index: number) => string) | undefined;
}

export interface Accepted {
  accepted: number;
  events: { id: string }[];
}

/** The front of every queue: checks events against their schema and stores them. */
export interface Intake {
  /**
   * Answers once JetStream has stored every event. Throws `not-found` for an unknown tenant or event, `invalid` with a
   * pointer for each item that its schema refuses, `too-large`; nothing is stored then. `queue-full` when the queue
   * is full and `unavailable` may come after some of a request were: their `details.stored` names them.
   */
  send(request: IntakeRequest): Promise<Accepted>;
  /** What {@link send} does before it stores anything. */
  check(request: IntakeRequest): Promise<DeclaredEvent>;
  /**
   * Stores events that were checked, each under the id at its place; those for which `isWanted` says no are passed over.
   * Answers the places of those that were not stored, as the queue has had another event with the id within two minutes.
   */
  store(
    declared: DeclaredEvent,
    request: IntakeRequest,
    events: readonly { id: string }[],
    isWanted?: (index: number) => boolean,
  ): Promise<ReadonlySet<number>>;
}

const MAX_REQUEST_FAULTS = 100;
/** Other requests have their turn while the events of one are checked. */
const TURN_MS = 10;

export function createIntake(deps: { publisher: JointPublisher; definitions: Definitions; schemas: Schemas }): Intake {
  const check = async (declared: DeclaredEvent, { items, at = itemPointer }: IntakeRequest, validate: Validator) => {
    const faults: Fault[] = [];
    let sinceMs = performance.now();
    for (const [index, item] of items.entries()) {
      assertSize(item, index, at);
      for (const fault of validate(item.value)) faults.push({ ...fault, path: at(index) + fault.path });
      // What the rest has would not be told.
      if (faults.length >= MAX_REQUEST_FAULTS) break;
      if (index === items.length - 1 || performance.now() - sinceMs < TURN_MS) continue;
      await setImmediate();
      sinceMs = performance.now();
    }
    if (faults.length === 0) return declared;
    throw new JobicoError('invalid', 'the event does not fit its schema; none of the request was accepted', {
      faults: faults.slice(0, MAX_REQUEST_FAULTS),
    });
  };

  return {
    async send(request) {
      const declared = find(deps.definitions, request.tenant, request.event);
      await check(declared, request, await deps.schemas.validatorOf(declared));
      const events = eventsOf(request);
      await publishAll(deps.publisher, declared, request, events);
      return { accepted: events.length, events };
    },
    async check(request) {
      const declared = find(deps.definitions, request.tenant, request.event);
      return await check(declared, request, await deps.schemas.validatorOf(declared));
    },
    store: (declared, request, events, isWanted) => publishAll(deps.publisher, declared, request, events, isWanted),
  };
}

/** The events of a request, with the ids that they have or get. */
export function eventsOf({ items, id }: Pick<IntakeRequest, 'items' | 'id'>): { id: string }[] {
  const only = items.length === 1 ? id : undefined;
  return items.map((item) => ({ id: item.id ?? only ?? createEventId() }));
}

function find(definitions: Definitions, tenant: string, event: string): DeclaredEvent {
  const declared = isId(tenant) && isId(event) ? definitions.event(tenant, event) : undefined;
  if (declared) return declared;
  throw new JobicoError('not-found', 'no such tenant or event', {
    hint: 'Events are declared by deployed packages: `jobico show deploy` lists them.',
  });
}

const itemPointer = (index: number) => pointer('data', index);

function assertSize({ text }: IntakeItem, index: number, at: typeof itemPointer): void {
  if (!isLarger(text, LIMITS.eventBytes)) return;
  throw new JobicoError(
    'too-large',
    `the event at ${at(index) || 'the body'} is larger than 1 MiB; none of the request was accepted`,
  );
}

async function publishAll(
  publisher: JointPublisher,
  declared: DeclaredEvent,
  request: IntakeRequest,
  events: readonly { id: string }[],
  isWanted?: (index: number) => boolean,
): Promise<ReadonlySet<number>> {
  const messages: Message[] = [];
  const places: number[] = [];
  request.items.forEach((item, index) => {
    if (isWanted && !isWanted(index)) return;
    messages.push(messageOf(declared, request, item, events[index]?.id ?? createEventId()));
    places.push(index);
  });
  const results = await publisher.publish(messages, sourceHeaders(request.source));
  const duplicates = places.filter((_place, index) => results[index] === 'duplicate');
  const failure = results.find((result) => result instanceof JobicoError);
  if (failure === undefined) return new Set(duplicates);
  const missing = new Set(places.filter((_place, index) => results[index] instanceof JobicoError));
  const stored = events.flatMap(({ id }, item) => (missing.has(item) ? [] : [{ item, id }]));
  throw notStored(failure, declared.queue.id, { stored, of: events.length });
}

function messageOf({ queue }: DeclaredEvent, request: IntakeRequest, item: IntakeItem, id: string): Message {
  const key = keyOf(queue, item.value, item.key ?? request.key);
  const fields = ownHeaders({ id, key, traceparent: item.traceparent ?? request.traceparent });
  return {
    subject: eventSubject(request.tenant, request.event, subjectKey(queue, key)),
    payload: item.text,
    fields: item.fields ? [...fields, ...item.fields] : fields,
  };
}

/** Why not every event is stored, and which are: a caller that sent all of them again would double these. */
function notStored(
  reason: unknown,
  queue: string,
  { stored, of }: { stored: { item: number; id: string | undefined }[]; of: number },
): JobicoError {
  const cause = asUnavailable(reason, `queue ${queue} cannot be reached`);
  const isPart = stored.length > 0;
  const part = isPart ? `; ${stored.length} of the ${of} events are stored` : '';
  const options = { ...(isPart && { details: { stored } }), cause };
  switch (cause.code) {
    case 'limit-exceeded':
      return new JobicoError('queue-full', `queue ${queue} is full (${cause.message})${part}`, {
        ...options,
        hint: 'It takes events again once some of those that it holds are done.',
      });
    // The event is declared, its queue is being made.
    case 'not-found':
      return new JobicoError('unavailable', `queue ${queue} is not there yet${part}`, options);
    default:
      return new JobicoError(cause.code, cause.message + part, options);
  }
}
