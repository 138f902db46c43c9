import { JobicoError, MAX_JSON_DEPTH, parseExactJson, type DeadLetter, type LetterFilters } from '@jobico/contract';
import type { StoredMsg } from '@nats-io/jetstream';

/** A page of a tenant's dead letters. */
export interface DeadLetterQuery extends LetterFilters {
  tenant: string;
  /** Letters of a page, at most. */
  limit: number;
  /** The `next` of the page before. */
  after?: string;
}

/** A page of it: an answer over NATS is one message. */
const PAGE_BYTES = 4 << 20;
/** What one query looks at; a page that finds nothing in it answers where to go on. */
const MAX_SCANNED = 20_000;

export interface FoundLetters {
  letters: DeadLetter[];
  /** Sequence of the last message that was looked at, if there are more. */
  last?: number;
}

/** The first letters among the messages that the filters take, up to the page's limits. */
export async function firstMatching(messages: AsyncIterable<StoredMsg>, query: DeadLetterQuery): Promise<FoundLetters> {
  const isMeant = matcherOf(query);
  const letters: DeadLetter[] = [];
  let bytes = 0;
  let scanned = 0;
  let last = 0;
  for await (const message of messages) {
    if (scanned === MAX_SCANNED) return { letters, last };
    const letter = readLetter(message);
    if (isMeant(letter)) {
      bytes += message.data.length;
      if (letters.length === query.limit || (letters.length > 0 && bytes > PAGE_BYTES)) return { letters, last };
      letters.push(letter);
    }
    scanned += 1;
    last = message.seq;
  }
  return { letters };
}

/** A dead letter with every digit of its payload's numbers. */
export function readLetter(message: StoredMsg): DeadLetter {
  // The payload is one level down.
  const letter = parseExactJson(message.string(), MAX_JSON_DEPTH + 1) as Omit<DeadLetter, 'id'>;
  return { ...letter, id: String(message.seq) };
}

function matcherOf({ package: id, job, code, since, until }: DeadLetterQuery): (letter: DeadLetter) => boolean {
  const sinceMs = since === undefined ? -Infinity : Date.parse(since);
  const untilMs = until === undefined ? Infinity : Date.parse(until);
  return (letter) => {
    const timeMs = Date.parse(letter.time);
    return (
      (id === undefined || letter.package === id) &&
      (job === undefined || letter.job === job) &&
      (code === undefined || letter.error.code === code) &&
      timeMs >= sinceMs &&
      timeMs <= untilMs
    );
  };
}

/** Sequences of the letters that are named, ascending; undefined where none is. */
export function namedSequences({ ids }: LetterFilters): number[] | undefined {
  return ids === undefined ? undefined : [...new Set(ids.split(',').map(Number))].sort((a, b) => a - b);
}

/** Where a reading that goes forward stands: behind `after`, and never beyond what there was when it began. */
export interface ForwardCursor {
  after: number;
  end: number;
}

export const writeCursor = ({ after, end }: ForwardCursor) => `${after}.${end}`;

/** Throws `bad-request` for what is no cursor. */
export function readCursor(text: string): ForwardCursor {
  const parts = /^(\d{1,15})\.(\d{1,15})$/.exec(text);
  if (parts) return { after: Number(parts[1]), end: Number(parts[2]) };
  throw new JobicoError('bad-request', '`after` is not the `next` of a page', {
    faults: [{ path: '/after', message: 'is not a cursor', value: text.slice(0, 40) }],
  });
}
