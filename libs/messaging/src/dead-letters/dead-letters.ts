import type { DeadLetter, DropResult } from '@jobico/contract';
import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import {
  firstMatching,
  namedSequences,
  readCursor,
  readLetter,
  writeCursor,
  type DeadLetterQuery,
  type ForwardCursor,
} from './dead-letter-query.ts';
import { readForward } from '../reading/direct-batch.ts';
import { asUnavailable } from '../connection/failures.ts';
import { pagesBackward, sequenceOf } from '../reading/pages.ts';
import { DEADLETTERS, deadLetterSubject } from '../subjects.ts';

/** The events that will not be retried. */
export interface DeadLetters {
  /** Newest first. */
  list(query: DeadLetterQuery): Promise<{ items: DeadLetter[]; next?: string }>;
  get(tenant: string, id: string): Promise<DeadLetter | undefined>;
  /**
   * Oldest first, and however many pages it takes only those that there were when the first one was asked for: what
   * becomes a dead letter meanwhile, perhaps because of what is done with these, is not among them.
   */
  select(query: DeadLetterQuery): Promise<{ letters: DeadLetter[]; next?: string }>;
  /** Deletes letters for good. One that is gone already counts as dropped. */
  drop(letters: readonly DeadLetter[]): Promise<DropResult[]>;
}

/** Between the clock of whoever wrote a letter and the stream's. */
const CLOCKS_MS = 60_000;

export function createDeadLetters(nats: Nats): DeadLetters {
  return {
    async list(query) {
      const { letters, last } = await firstMatching(backward(nats, query), query);
      return { items: letters, ...(last !== undefined && { next: String(last) }) };
    },
    async get(tenant, id) {
      const message = await letterAt(nats, subjectOf({ tenant }), Number(id));
      return message && readLetter(message);
    },
    async select(query) {
      const cursor = query.after === undefined ? await wholeStream(nats) : readCursor(query.after);
      const { letters, last } = await firstMatching(forward(nats, query, cursor), query);
      return { letters, ...(last !== undefined && { next: writeCursor({ ...cursor, after: last }) }) };
    },
    drop: (letters) => Promise.all(letters.map((letter) => drop(nats, letter))),
  };
}

const subjectOf = ({ tenant, queue = '*', event = '*' }: { tenant: string; queue?: string; event?: string }) =>
  deadLetterSubject(tenant, queue, event);

async function wholeStream({ jsm }: Nats): Promise<ForwardCursor> {
  const { state } = await jsm.streams.info(DEADLETTERS);
  return { after: 0, end: state.last_seq };
}

const CHUNK = 100;

async function* backward(nats: Nats, query: DeadLetterQuery): AsyncGenerator<StoredMsg> {
  const named = namedSequences(query);
  if (named) {
    const before = query.after === undefined ? Infinity : sequenceOf(query.after);
    yield* lettersAt(nats, query, named.filter((sequence) => sequence < before).reverse());
    return;
  }
  const sinceMs = query.since === undefined ? -Infinity : Date.parse(query.since) - CLOCKS_MS;
  for (let after = query.after; ;) {
    const page = await pagesBackward(nats, DEADLETTERS, subjectOf(query), CHUNK, after);
    for (const message of page.messages) {
      if (message.time.getTime() < sinceMs) return;
      yield message;
    }
    if (page.next === undefined) return;
    after = page.next;
  }
}

async function* forward(nats: Nats, query: DeadLetterQuery, { after, end }: ForwardCursor): AsyncGenerator<StoredMsg> {
  const named = namedSequences(query);
  if (named) {
    yield* lettersAt(
      nats,
      query,
      named.filter((sequence) => sequence > after && sequence <= end),
    );
    return;
  }
  const { since } = query;
  const fromTime = after === 0 && since !== undefined;
  const start = fromTime ? { start_time: new Date(Math.max(0, Date.parse(since) - CLOCKS_MS)) } : { seq: after + 1 };
  for await (const message of readForward(nats, DEADLETTERS, subjectOf(query), start)) {
    if (message.seq > end) return;
    yield message;
  }
}

async function* lettersAt(nats: Nats, query: DeadLetterQuery, sequences: readonly number[]): AsyncGenerator<StoredMsg> {
  for (const sequence of sequences) {
    const message = await letterAt(nats, subjectOf(query), sequence);
    if (message) yield message;
  }
}

/** What the stream holds at a sequence, if it is a letter that the filter takes: never another tenant's. */
async function letterAt({ jsm }: Nats, filter: string, sequence: number): Promise<StoredMsg | undefined> {
  const message = await jsm.direct.getMessage(DEADLETTERS, { seq: sequence });
  if (!message) return undefined;
  const tokens = message.subject.split('.');
  const expected = filter.split('.');
  const isMeant =
    tokens.length === expected.length && expected.every((token, index) => token === '*' || token === tokens[index]);
  return isMeant ? message : undefined;
}

async function drop(nats: Nats, { id, queue, event }: DeadLetter): Promise<DropResult> {
  try {
    await removeMessage(nats, Number(id));
    return { id, queue, event, outcome: 'dropped' };
  } catch (error) {
    return { id, queue, event, outcome: 'failed', reason: asUnavailable(error, 'it cannot be deleted').message };
  }
}

/** Whether the leader of the stream still has a message; a direct get may be answered by one that lags behind. */
export async function hasMessage({ jsm }: Nats, sequence: number): Promise<boolean> {
  return (await jsm.streams.getMessage(DEADLETTERS, { seq: sequence })) !== null;
}

/** Deletes a message of the stream; one that is not there is no error. */
export async function removeMessage(nats: Nats, sequence: number): Promise<void> {
  try {
    await nats.jsm.streams.deleteMessage(DEADLETTERS, sequence, false);
  } catch (error) {
    if (await hasMessage(nats, sequence)) throw error;
  }
}
