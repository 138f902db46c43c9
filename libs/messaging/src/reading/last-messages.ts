import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { readLast } from './direct-batch.ts';
import { asUnavailable } from '../connection/failures.ts';

/** Subjects of one look-up where messages may be large. */
const AT_ONCE = 32;
/** How often a subject is looked for whose message was not there. */
const TRIES = 3;

/** The last message of every subject that matches a filter, also where none does, or more than one look-up answers. */
export async function lastMessages(nats: Nats, stream: string, filter: string): Promise<StoredMsg[]> {
  return await lastOf(nats, stream, await subjectsOf(nats, stream, filter));
}

/**
 * The last message of each subject. The server looks for them up to the sequence that was the last when it was asked: it
 * finds none of a subject that keeps one message and is written over at that moment. So those are asked for again.
 */
async function lastOf(nats: Nats, stream: string, subjects: readonly string[]): Promise<StoredMsg[]> {
  const found = new Map<string, StoredMsg>();
  let missing = subjects;
  for (let left = TRIES; missing.length > 0 && left > 0; left -= 1) {
    for (const message of await readLast(nats, stream, missing)) found.set(message.subject, message);
    missing = missing.filter((subject) => !found.has(subject));
  }
  return [...found.values()];
}

/**
 * What a bucket holds under the keys that match a filter. The client's own listing counts what there is and then waits for
 * as many: one that is written over meanwhile is waited for in vain.
 */
export async function bucketEntries(
  nats: Nats,
  bucket: string,
  filter: string,
): Promise<{ key: string; message: StoredMsg }[]> {
  const prefix = `$KV.${bucket}.`;
  const last = await lastMessages(nats, `KV_${bucket}`, prefix + filter);
  return last.filter(isThere).map((message) => ({ key: message.subject.slice(prefix.length), message }));
}

/**
 * The keys of a bucket that match a filter and are meant, in their order. As values come with them they are read few at a
 * time, no further than is asked for.
 */
export async function* bucketKeys(
  nats: Nats,
  bucket: string,
  filter: string,
  isMeant: (key: string) => boolean = () => true,
): AsyncGenerator<string> {
  const prefix = `$KV.${bucket}.`;
  const all = await subjectsOf(nats, `KV_${bucket}`, prefix + filter);
  const subjects = all.filter((subject) => isMeant(subject.slice(prefix.length))).sort();
  for (let at = 0; at < subjects.length; at += AT_ONCE) {
    const some = subjects.slice(at, at + AT_ONCE);
    const there = new Set((await lastOf(nats, `KV_${bucket}`, some)).filter(isThere).map(({ subject }) => subject));
    for (const subject of some) if (there.has(subject)) yield subject.slice(prefix.length);
  }
}

/** Whether a message of a bucket with these headers is an entry, and not what stands for one that was deleted. */
export const isEntry = (headers: StoredMsg['header'] | undefined): boolean =>
  !headers || (headers.get('KV-Operation') === '' && headers.get('Nats-Marker-Reason') === '');

const isThere = ({ header }: StoredMsg) => isEntry(header);

async function subjectsOf({ jsm }: Nats, stream: string, filter: string): Promise<string[]> {
  try {
    const { state } = await jsm.streams.info(stream, { subjects_filter: filter });
    return Object.keys(state.subjects ?? {});
  } catch (error) {
    throw asUnavailable(error, `stream ${stream} cannot be read`);
  }
}
