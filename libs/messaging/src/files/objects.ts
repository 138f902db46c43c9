import { createHash } from 'node:crypto';
import type { ObjectStore } from '@nats-io/obj';
import type { Nats } from '../connection/connection.ts';
import { readForward } from '../reading/direct-batch.ts';

/**
 * The content of an object of a store, undefined if there is none. The client's own way makes a consumer for every read
 * and computes the digest in JavaScript, which takes longer than everything else about a component of two megabytes.
 */
export async function readObject(
  nats: Nats,
  store: ObjectStore,
  bucket: string,
  name: string,
): Promise<Uint8Array | undefined> {
  const info = await store.info(name);
  if (!info || info.deleted) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (info.size > 0) {
    for await (const { data } of readForward(nats, `OBJ_${bucket}`, `$O.${bucket}.C.${info.nuid}`, { seq: 1 })) {
      chunks.push(data);
      size += data.length;
      if (size >= info.size) break;
    }
  }
  const content = Buffer.concat(chunks);
  // A replica that lags behind has answered with what it had: the other way asks the leader.
  return objectDigest(content) === info.digest ? content : ((await store.getBlob(name)) ?? undefined);
}

/** As the store has it: base64url, padded. */
function objectDigest(content: Uint8Array): string {
  const digest = createHash('sha256').update(content).digest('base64');
  return `SHA-256=${digest.replaceAll('+', '-').replaceAll('/', '_')}`;
}
