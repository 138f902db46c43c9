import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from './connection.ts';
import { readLast } from './direct-batch.ts';
import { asUnavailable } from './failures.ts';

/** The last message of every subject that matches a filter, also where none does, or more than one look-up answers. */
export async function lastMessages(nats: Nats, stream: string, filter: string): Promise<StoredMsg[]> {
  return await readLast(nats, stream, await subjectsOf(nats, stream, filter));
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
  return last
    .filter(({ header }) => header.get('KV-Operation') === '' && header.get('Nats-Marker-Reason') === '')
    .map((message) => ({ key: message.subject.slice(prefix.length), message }));
}

async function subjectsOf({ jsm }: Nats, stream: string, filter: string): Promise<string[]> {
  try {
    const { state } = await jsm.streams.info(stream, { subjects_filter: filter });
    return Object.keys(state.subjects ?? {});
  } catch (error) {
    throw asUnavailable(error, `stream ${stream} cannot be read`);
  }
}
