import { createHash } from 'node:crypto';
import { isEventId, JobicoError } from '@jobico/contract';
import type { AcceptedOnce, IntakeItem, OnceIntake, SentId } from '@jobico/messaging';
import { notSigned } from './not-signed.ts';

/** A delivery whose signature is right. */
export interface SignedDelivery {
  tenant: string;
  event: string;
  scheme: string;
  /** The sender's. */
  id: string;
  item: IntakeItem;
  /** Of the body. */
  fingerprint: string;
  /** Of what is signed, where the id is not part of it. */
  content: string | undefined;
  traceparent: string | undefined;
}

/**
 * Stores a delivery once. One that is sent again is answered as it was before: senders repeat until they have an answer.
 * Where the id is not signed, a copy under another id is refused as one that is not signed at all.
 */
export async function sendDelivery(once: OnceIntake, delivery: SignedDelivery): Promise<AcceptedOnce> {
  const { tenant, event, scheme, item, fingerprint, content, traceparent } = delivery;
  const id = isEventId(delivery.id) ? delivery.id : hashed(delivery.id);
  // Callers of other addresses choose ids too: a space keeps theirs apart.
  const ids: SentId[] = [
    // A sender may describe the same event a little differently each time.
    { id: `${scheme} ${id}`, fingerprint: content === undefined ? 'signed' : fingerprint, from: 0, to: 1 },
    ...(content === undefined ? [] : [{ id: `${scheme} content ${content}`, fingerprint: id, from: 0, to: 1 }]),
  ];
  try {
    const request = { tenant, event, items: [{ ...item, id }], source: `webhook/${scheme}`, traceparent, at: () => '' };
    return await once.send(request, ids);
  } catch (error) {
    throw error instanceof JobicoError && error.code === 'conflict' ? notSigned() : error;
  }
}

const hashed = (id: string) => createHash('sha256').update(id).digest('base64url');
