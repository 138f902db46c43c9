import { JobicoError, pointer, type Fault } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import type { DeclaredEvent } from '../packages/definitions-view.ts';
import type { Claimed, Idempotency } from './idempotency.ts';
import { eventsOf, type Accepted, type Intake, type IntakeRequest } from './intake.ts';
import { findStored } from './stored-events.ts';

/** The id of some items of a request, or of all of them. */
export interface SentId {
  id: string;
  /** Of what is sent under it: another one under the same id is refused. */
  fingerprint: string;
  /** Indexes of its items: the first, and the one after the last. */
  from: number;
  to: number;
}

/** What a request was answered with, and what of it had been stored before it came. */
export interface AcceptedOnce extends Accepted {
  /** Since when its events may be on record, in milliseconds since 1970; undefined if none was sent before. */
  repeatOfMs?: number;
}

/** Stores what callers send under ids of their own once, however often they send it. */
export interface OnceIntake {
  /**
   * As `Intake.send`, for items that have ids. What was sent before under its id is not stored again, and answered as it was
   * then. Throws `conflict` for an id that stands for something else; nothing is stored under it then.
   */
  send(request: IntakeRequest, ids: readonly SentId[]): Promise<AcceptedOnce>;
}

type Deps = { nats: Nats; intake: Intake; idempotency: Idempotency; log: Logger };

export function createOnceIntake(deps: Deps): OnceIntake {
  return {
    async send(request, ids) {
      const sinceMs = Date.now();
      const declared = await deps.intake.check(request);
      const claims = await claimAll(deps, request, ids);
      const events = eventsOf(request);
      const known = await knownOf(deps, request, ids, claims, events);
      const isWanted = (index: number) => !known.has(events[index]?.id ?? '');
      if (known.size < events.length)
        await storeAll(deps, declared, request, { ids, claims, events, isWanted, sinceMs });
      const begun = claims.flatMap((claim) => ('atMs' in claim ? [claim.atMs] : []));
      return { accepted: events.length, events, ...(begun.length > 0 && { repeatOfMs: Math.min(...begun) }) };
    },
  };
}

async function claimAll({ idempotency }: Deps, { tenant, event }: IntakeRequest, ids: readonly SentId[]) {
  const results = await Promise.allSettled(
    ids.map(({ id, fingerprint }) => idempotency.claim({ tenant, event, id, fingerprint })),
  );
  const claims = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  const others = claims.flatMap(({ state }, index) => (state === 'other' ? [ids[index]] : []));
  if (!failed && others.length === 0) return claims;
  await releaseAll(idempotency, claims);
  throw failed?.reason ?? usedBefore(others.flatMap((each) => each ?? []));
}

function usedBefore(ids: readonly SentId[]): JobicoError {
  return new JobicoError('conflict', `the id ${ids[0]?.id ?? ''} was sent with another body before`, {
    hint: 'An id stands for one event: send another one, or the same body.',
    faults: faultsOf(ids, 'its id was sent with another body within the last 24 hours'),
  });
}

const faultsOf = (ids: readonly SentId[], message: string): Fault[] =>
  ids.slice(0, 100).map(({ id, from, to }) => ({
    path: to - from === 1 ? pointer('data', from) : '',
    message,
    value: id.slice(0, 60),
  }));

/** The stream of a queue tells events apart by their ids alone. */
function usedElsewhere(ids: readonly SentId[], queue: string): JobicoError {
  const shown = (ids[0]?.id ?? '').slice(0, 60);
  return new JobicoError('conflict', `queue ${queue} has had another event with the id ${shown} within two minutes`, {
    hint: 'Events of a queue have ids of their own: send another one.',
    faults: faultsOf(ids, 'another event of its queue has its id; it is not stored'),
  });
}

const releaseAll = (idempotency: Idempotency, claims: readonly Claimed[]) =>
  // A claim that stays is found to be without an event by the next that sends it.
  Promise.allSettled(claims.flatMap((claim) => (claim.state === 'new' ? [idempotency.release(claim.revision)] : [])));

/** Ids of the events of the request that are stored already. */
async function knownOf(
  { nats }: Deps,
  request: IntakeRequest,
  ids: readonly SentId[],
  claims: readonly Claimed[],
  events: readonly { id: string }[],
): Promise<ReadonlySet<string>> {
  const idsOf = (state: Claimed['state']) =>
    ids.flatMap(({ from, to }, index) => (claims[index]?.state === state ? events.slice(from, to) : []));
  const stored = idsOf('stored').map(({ id }) => id);
  const begun = new Set(idsOf('begun').map(({ id }) => id));
  if (begun.size === 0) return new Set(stored);
  const since = Math.min(...claims.flatMap((claim) => (claim.state === 'begun' ? [claim.atMs] : [])));
  return new Set([...stored, ...(await findStored(nats, request, begun, since))]);
}

async function storeAll(
  { nats, intake, idempotency, log }: Deps,
  declared: DeclaredEvent,
  request: IntakeRequest,
  {
    ids,
    claims,
    events,
    isWanted,
    sinceMs,
  }: {
    ids: readonly SentId[];
    claims: readonly Claimed[];
    events: readonly { id: string }[];
    isWanted: (index: number) => boolean;
    /** When the request came. */
    sinceMs: number;
  },
): Promise<void> {
  const { tenant, event } = request;
  let duplicates: ReadonlySet<number>;
  try {
    duplicates = await intake.store(declared, request, events, isWanted);
  } catch (error) {
    // Nothing is stored for certain: the id is free for something else.
    const isNothingStored = error instanceof JobicoError && error.code === 'queue-full' && error.details === undefined;
    if (isNothingStored) await releaseAll(idempotency, claims);
    throw error;
  }
  const doubted = new Set([...duplicates].map((at) => events[at]?.id ?? ''));
  // A repeat of the request that was quicker has stored it; or another event has the id.
  const stored = doubted.size > 0 ? await findStored(nats, request, doubted, sinceMs) : doubted;
  const isTaken = ids.map(
    ({ from, to }, index) =>
      claims[index]?.state === 'new' &&
      events.slice(from, to).some(({ id }, at) => duplicates.has(from + at) && !stored.has(id)),
  );
  ids.forEach((sent, index) => {
    if (claims[index]?.state === 'stored' || isTaken[index]) return;
    const { id, fingerprint } = sent;
    // Nobody waits for it: until it is noted, a repeat looks for the events themselves.
    idempotency.stored({ tenant, event, id, fingerprint }).catch((error: unknown) => {
      log.warn({ err: error, tenant, event }, 'an id could not be noted as stored');
    });
  });
  const others = ids.filter((_sent, index) => isTaken[index]);
  if (others.length === 0) return;
  await releaseAll(
    idempotency,
    claims.filter((_claim, index) => isTaken[index]),
  );
  throw usedElsewhere(others, declared.queue.id);
}
