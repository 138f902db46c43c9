import { headers } from '@nats-io/transport-node';
import type { Nats } from '../connection/connection.ts';
import { isWrongSequence } from '../reading/wrong-sequence.ts';

/** What a store has written about an object; the rest of it is handed on. */
interface Meta {
  nuid: string;
  mtime: string;
  deleted?: boolean;
}

interface StoredMeta {
  meta: Meta;
  subject: string;
  /** Of its message. */
  sequence: number;
}

/** Of writes that something else comes before. */
const MOST_WRITES = 10;

/**
 * Makes an object of a store as fresh as if it came now, so that nobody who {@link deleteUnused deletes} what is old takes
 * it. Answers whether there is one.
 */
export async function useObject(nats: Nats, bucket: string, name: string): Promise<boolean> {
  for (let write = 1; ; write += 1) {
    const stored = await metaOf(nats, bucket, name);
    if (!stored) return false;
    try {
      await writeMeta(nats, stored, { mtime: new Date().toISOString() });
      return true;
    } catch (error) {
      if (!isWrongSequence(error) || write >= MOST_WRITES) throw error;
    }
  }
}

/** Deletes an object if it is old even now, and nobody uses it meanwhile. Answers whether it did. */
export async function deleteUnused(
  nats: Nats,
  bucket: string,
  name: string,
  isOld: (mtime: string) => boolean,
): Promise<boolean> {
  const stored = await metaOf(nats, bucket, name);
  if (!stored || !isOld(stored.meta.mtime)) return false;
  try {
    await writeMeta(nats, stored, { deleted: true, size: 0, chunks: 0, digest: '' });
  } catch (error) {
    if (isWrongSequence(error)) return false;
    throw error;
  }
  await nats.jsm.streams.purge(`OBJ_${bucket}`, { filter: `$O.${bucket}.C.${stored.meta.nuid}` });
  return true;
}

/** Undefined where there is no such object, or it is deleted. */
async function metaOf({ jsm }: Nats, bucket: string, name: string): Promise<StoredMeta | undefined> {
  // As the client has it: base64url, padded.
  const token = Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  const subject = `$O.${bucket}.M.${token}`;
  const message = await jsm.streams.getMessage(`OBJ_${bucket}`, { last_by_subj: subject });
  const meta = message?.json<Meta>();
  return message && meta && !meta.deleted ? { meta, subject, sequence: message.seq } : undefined;
}

/** Writes it only if it is still what was read. */
async function writeMeta({ js }: Nats, { meta, subject, sequence }: StoredMeta, changes: object): Promise<void> {
  const fields = headers();
  fields.set('Nats-Rollup', 'sub');
  await js.publish(subject, JSON.stringify({ ...meta, ...changes }), {
    headers: fields,
    expect: { lastSubjectSequence: sequence },
  });
}
