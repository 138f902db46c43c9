import {
  asJobicoError,
  JobicoError,
  type DeadLetter,
  type ErrorCode,
  type RedriveOf,
  type RedriveResult,
} from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import { hasMessage, removeMessage } from './dead-letters.ts';
import { outgoingId } from '../intake/event-ids.ts';
import { eventHeaders } from '../intake/event-message.ts';
import { asUnavailable } from '../connection/failures.ts';
import { markRedrive, type RedriveMark } from './redrive-mark.ts';
import { findStored } from '../intake/stored-events.ts';
import { eventSubject } from '../subjects.ts';

export interface RedriveDeps {
  nats: Nats;
  /** Whether a live package of the tenant declares the event. */
  isDeclared: IsDeclared;
}

type IsDeclared = (tenant: string, event: string) => boolean;

/** Letters that are under way at once. */
const TOGETHER = 100;
/**
 * How long it holds that an event was not there, from before its letter was marked, in milliseconds. Well within the
 * duplicate window of a queue: whoever publishes the same event meanwhile adds none.
 */
const LOOK_HOLDS_MS = 30_000;

/**
 * Puts the events of dead letters of one tenant back on their queues, in the order given, and deletes the letters. An event
 * keeps its payload and key, and gets the id `<its first id>:redrive:<letter>`.
 *
 * It may be repeated, after a crash or by several at once: a mark beside the letter says that a redrive has begun, and
 * whoever finds one looks for the event first, in the queues and in the records. Never throws for one letter.
 */
export async function redriveLetters(deps: RedriveDeps, letters: readonly DeadLetter[]): Promise<RedriveResult[]> {
  const results: RedriveResult[] = [];
  for (let at = 0; at < letters.length; at += TOGETHER) {
    results.push(...(await redriveTogether(deps, letters.slice(at, at + TOGETHER))));
  }
  return results;
}

/** What would become of each letter, as far as the definitions tell. Changes nothing. */
export function previewRedrive(isDeclared: IsDeclared, letters: readonly DeadLetter[]): RedriveResult[] {
  return letters.map((letter) => resultOf({ outcome: 'redriven', ...begin(isDeclared, letter) }));
}

/** How far the redrive of one letter has come: to its end, once there is an outcome. */
interface Redrive {
  letter: DeadLetter;
  /** Id of the event to be. */
  as: string;
  mark?: RedriveMark;
  outcome?: RedriveResult['outcome'];
  reason?: string;
  /** Whether it is certain that nobody has put the event on a queue. */
  isAbsent?: boolean;
}

async function redriveTogether({ nats, isDeclared }: RedriveDeps, letters: readonly DeadLetter[]) {
  const lookedAtMs = Date.now();
  const begun = letters.map((letter) => begin(isDeclared, letter));
  const marked = await eachOpen(begun, (redrive) => mark(nats, redrive));
  const looked = await lookForEarlier(nats, marked);
  // Issued in order, and so stored in order.
  const published = await eachOpen(looked, (redrive) => publish(nats, redrive, lookedAtMs));
  return (await Promise.all(published.map((redrive) => finish(nats, redrive)))).map(resultOf);
}

function begin(isDeclared: IsDeclared, letter: DeadLetter): Redrive {
  const original = letter.event.id.replace(/:redrive:\d+$/, '');
  const as = outgoingId(original, 'redrive', letter.id, Date.parse(letter.time));
  if (letter.isLeftOut) return { letter, as, ...leftOut(letter) };
  return { letter, as, ...(!isDeclared(letter.tenant, letter.event.name) && UNDECLARED) };
}

const UNDECLARED = { outcome: 'undeclared', reason: 'no package declares the event any more' } as const;

function leftOut({ queue, sequence }: DeadLetter) {
  const reason = `it was too large for its dead letter; queue ${queue} has it at sequence ${sequence}`;
  return { outcome: 'failed', reason } as const;
}

/** Takes every redrive that has not come to its end a step further; to its end, where the step fails. */
async function eachOpen(redrives: readonly Redrive[], step: (redrive: Redrive) => Promise<Redrive>) {
  return await Promise.all(
    redrives.map(async (redrive) => {
      if (redrive.outcome !== undefined) return redrive;
      return await step(redrive).catch((error: unknown) => failed(redrive, error));
    }),
  );
}

/** Errors with which a server says that it has not stored a message; of others, one cannot tell. */
const REFUSALS: readonly ErrorCode[] = ['not-found', 'limit-exceeded', 'too-large', 'conflict'];

function failed(redrive: Redrive, cause: unknown): Redrive {
  const { code, message } = asJobicoError(cause);
  const isAbsent = redrive.mark?.earlierMs === undefined && REFUSALS.includes(code);
  return { ...redrive, isAbsent, ...(code === 'not-found' ? UNDECLARED : { outcome: 'failed', reason: message }) };
}

async function mark(nats: Nats, redrive: Redrive): Promise<Redrive> {
  const set = await markRedrive(nats, redrive.letter);
  // Whoever ends a redrive deletes the letter first: without a letter, a mark that we could set was set too late.
  if (await hasMessage(nats, Number(redrive.letter.id))) return { ...redrive, mark: set };
  return { ...redrive, mark: set, outcome: 'already', reason: 'it was redriven or dropped meanwhile' };
}

/** An earlier redrive may have published the event, and ended before it could delete the letter. */
async function lookForEarlier(nats: Nats, redrives: readonly Redrive[]): Promise<Redrive[]> {
  const earlier = redrives.filter(({ mark: set, outcome }) => set?.earlierMs !== undefined && outcome === undefined);
  const [first] = earlier;
  if (!first) return [...redrives];
  const sinceMs = Math.min(...earlier.map(({ mark: set }) => set?.earlierMs ?? Infinity));
  try {
    const stored = await findStored(
      nats,
      { tenant: first.letter.tenant },
      new Set(earlier.map(({ as }) => as)),
      sinceMs,
    );
    return redrives.map((redrive) =>
      redrive.outcome === undefined && stored.has(redrive.as) ? { ...redrive, outcome: 'already' } : redrive,
    );
  } catch (error) {
    return redrives.map((redrive) => (earlier.includes(redrive) ? failed(redrive, error) : redrive));
  }
}

async function publish(nats: Nats, redrive: Redrive, lookedAtMs: number): Promise<Redrive> {
  if (Date.now() - lookedAtMs > LOOK_HOLDS_MS) {
    throw new JobicoError('unavailable', 'NATS took too long; nothing was done, and it may be repeated');
  }
  const { as, letter } = redrive;
  const headers = eventHeaders({ id: as, key: letter.event.key, source: 'redrive', redriveOf: provenanceOf(letter) });
  const text = letter.isText ? String(letter.data) : JSON.stringify(letter.data);
  const { isDuplicate } = await nats.publisher.publish(eventSubject(letter.tenant, letter.event.name), text, headers);
  return { ...redrive, outcome: isDuplicate ? 'already' : 'redriven' };
}

function provenanceOf({ id, execution, event }: DeadLetter): RedriveOf {
  return { deadLetter: id, ...(execution !== undefined && { execution }), count: (event.redriveOf?.count ?? 0) + 1 };
}

/** Deletes what the outcome makes superfluous: the letter, and after it the mark. */
async function finish(nats: Nats, redrive: Redrive): Promise<Redrive> {
  const { letter, mark: set, outcome, isAbsent } = redrive;
  const isStored = outcome === 'redriven' || outcome === 'already';
  try {
    if (isStored) await removeMessage(nats, Number(letter.id));
    if (set && (isStored || isAbsent)) await removeMessage(nats, set.sequence);
    return redrive;
  } catch (error) {
    const why = asUnavailable(error, 'its letter could not be deleted').message;
    return isStored ? { ...redrive, outcome: 'failed', reason: `the event is on its queue, but ${why}` } : redrive;
  }
}

function resultOf({ letter, as, outcome = 'failed', reason }: Redrive): RedriveResult {
  const { id, queue, event } = letter;
  const isStored = outcome === 'redriven' || outcome === 'already';
  return { id, queue, event, outcome, ...(reason === undefined ? isStored && { as } : { reason }) };
}
