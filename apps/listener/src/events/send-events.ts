import type { IncomingHttpHeaders } from 'node:http';
import { JobicoError, LIMITS, pointer, type Execution } from '@jobico/contract';
import {
  createEventId,
  type Accepted,
  type Definitions,
  type Intake,
  type IntakeItem,
  type IntakeRequest,
  type OnceIntake,
  type OutcomeWaits,
  type SentId,
} from '@jobico/messaging';
import { isBinary, fingerprintOf, readBatch, readBinary, readStructured } from '../cloud-events/read-cloud-events.ts';
import { readItems } from './json-items.ts';
import { readOptions, traceOf, type RequestOptions } from './request-options.ts';

export interface SendDeps {
  intake: Intake;
  once: OnceIntake;
  waits: OutcomeWaits;
  definitions: Definitions;
}

export interface EventAddress {
  tenant: string;
  event: string;
}

/** What became of an event that its sender has waited for. */
export type Outcome = Pick<Execution, 'id' | 'status' | 'attempt' | 'durationMs' | 'result' | 'error'>;

/** What a request is answered with; `outcome` where its sender waited, and all came in time. */
export interface Sent {
  accepted: number;
  events: { id: string; outcome?: Outcome }[];
  /** How long it was waited for, if it was, in milliseconds. */
  waitedMs?: number;
  isSettled: boolean;
}

/** What a body holds. */
interface Content {
  items: IntakeItem[];
  /** Ids that its events bring along. */
  ids?: SentId[];
  /** Where an item stands, for faults. */
  at?: (index: number) => string;
}

/** Sends a body in any of the forms that are taken whole, as its headers ask for. */
export async function sendEvents(
  deps: SendDeps,
  { tenant, event }: EventAddress,
  headers: IncomingHttpHeaders,
  body: string | undefined,
): Promise<Sent> {
  const options = readOptions(headers);
  const content = readContent(headers, body, options);
  if (content.items.length === 0) return { accepted: 0, events: [], isSettled: false };
  const request: IntakeRequest = {
    tenant,
    event,
    ...content,
    key: options.key,
    source: 'http',
    traceparent: traceOf(headers.traceparent),
  };
  const send = () => (content.ids ? deps.once.send(request, content.ids) : deps.intake.send(request));
  const { waitMs = 0 } = options;
  if (waitMs === 0 || content.items.length > LIMITS.waitEvents) return { ...bodyOf(await send()), isSettled: false };
  return await sendAndWait(deps, request, send, waitMs);
}

const bodyOf = ({ accepted, events }: Accepted) => ({ accepted, events });

function readContent(headers: IncomingHttpHeaders, body: string | undefined, { id, key }: RequestOptions): Content {
  const type = headers['content-type']?.toLowerCase() ?? '';
  if (type.startsWith('application/cloudevents-batch+json')) {
    const items = readBatch(present(body));
    return { items, ids: items.map(idOfItem), at: (index) => pointer(index, 'data') };
  }
  if (type.startsWith('application/cloudevents+json')) {
    const items = [readStructured(present(body))];
    return { items, ids: items.map(idOfItem), at: () => '/data' };
  }
  if (isBinary(headers)) {
    const items = [readBinary(headers, body)];
    return { items, ids: items.map(idOfItem), at: () => '' };
  }
  const text = present(body);
  const items = readItems(text);
  if (id === undefined) return { items };
  const named =
    items.length === 1 ? items.map((item) => ({ ...item, id })) : items.map((item, n) => numbered(item, id, n));
  return { items: named, ids: [{ id, fingerprint: fingerprintOf(key, text), from: 0, to: items.length }] };
}

const idOfItem = ({ id, fingerprint }: { id: string; fingerprint: string }, index: number): SentId => ({
  id,
  fingerprint,
  from: index,
  to: index + 1,
});

/** The events of a request that has one id are told apart by their place in it. */
function numbered(item: IntakeItem, id: string, index: number): IntakeItem {
  const own = `${id}/${index}`;
  if (own.length <= 256) return { ...item, id: own };
  throw new JobicoError('bad-request', 'the id is too long for a request of several events', {
    faults: [{ path: '/headers/Idempotency-Key', message: 'is too long', allowed: 'at most 250 characters' }],
  });
}

function present(body: string | undefined): string {
  if (body !== undefined) return body;
  throw new JobicoError('not-json', 'the body is empty', {
    hint: 'Send {"data": [ …events… ]} with content-type application/json.',
  });
}

async function sendAndWait(
  { definitions, waits }: SendDeps,
  request: IntakeRequest,
  send: () => Promise<Accepted & { repeatOfMs?: number }>,
  waitMs: number,
): Promise<Sent> {
  // Ids first: what is waited for has to be known before it is stored, or its outcome may come before.
  for (const item of request.items) item.id ??= createEventId();
  const ids = request.items.map(({ id }) => id ?? '');
  const queue = definitions.event(request.tenant, request.event)?.queue.id;
  const wait = queue === undefined ? undefined : await waits.begin(request.tenant, queue, ids);
  try {
    const startedAt = performance.now();
    const sent = await send();
    if (!wait) return { ...bodyOf(sent), isSettled: false };
    if (sent.repeatOfMs !== undefined) await wait.lookBack(sent.repeatOfMs);
    const outcomes = await wait.outcomes(waitMs - (performance.now() - startedAt));
    const events = sent.events.map(({ id }) => withOutcome(id, outcomes.get(id)));
    const isSettled = ids.every((id) => outcomes.has(id));
    return { accepted: sent.accepted, events: isSettled ? events : sent.events, waitedMs: waitMs, isSettled };
  } finally {
    wait?.end();
  }
}

function withOutcome(id: string, execution: Execution | undefined): Sent['events'][number] {
  if (!execution) return { id };
  const { status, attempt, durationMs, result, error } = execution;
  const outcome = { id: execution.id, status, attempt, durationMs };
  return {
    id,
    outcome: { ...outcome, ...(result !== undefined && { result }), ...(error !== undefined && { error }) },
  };
}
