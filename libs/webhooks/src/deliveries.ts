import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { github } from './github.ts';
import { hmac, type HmacOptions } from './hmac.ts';
import type { Delivery, Message, Scheme } from './scheme.ts';
import { slack } from './slack.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { stripe } from './stripe.ts';

/** How the deliveries of a webhook are signed. */
export type Signing =
  | { scheme: 'standard-webhooks' | 'github' | 'stripe' | 'slack' }
  | ({ scheme: 'hmac' } & HmacOptions);

export interface VerifyOptions {
  /** Any of them may have signed: the old one and the new one while a secret is exchanged. */
  secrets: readonly string[];
  nowMs: number;
  /** By how much the time of the signature may differ from now, either way. */
  toleranceMs: number;
}

/** A delivery whose signature is right. */
export interface Verified {
  /** The sender's id of the delivery; where it has none, one made of what is signed. */
  id: string;
  /** What is signed, as a hash: a copy has the same, whatever id it is given. */
  content: string;
  /** Whether the id is signed too. */
  isIdSigned: boolean;
}

/** In place of secrets that are not there: the same work, and never right. */
const NO_SECRETS = [''];

/**
 * Checks the signature of a delivery and its time. Undefined for every cause alike: what is missing, malformed, too old, or
 * signed by somebody else. The comparison takes as long whatever is wrong.
 */
export function verifyDelivery(signing: Signing, delivery: Delivery, options: VerifyOptions): Verified | undefined {
  const scheme = schemeOf(signing);
  const claimed = scheme.read(delivery);
  if (!claimed) return undefined;
  const { signed, signatures, timestamp, id, isIdSigned } = claimed;
  const isInTime = timestamp === undefined || Math.abs(options.nowMs - timestamp * 1000) <= options.toleranceMs;
  let isRight = false;
  for (const secret of options.secrets.length > 0 ? options.secrets : NO_SECRETS) {
    const expected = signatureOf(scheme, secret, signed);
    for (const signature of signatures) isRight = isSame(expected, signature) || isRight;
  }
  if (!isRight || !isInTime || options.secrets.length === 0) return undefined;
  const content = hashOf(signed);
  return { id: id ?? content, content, isIdSigned: isIdSigned && id !== undefined };
}

/** The headers that a sender would send along with a body. */
export function signDelivery(signing: Signing, secret: string, message: Message): Record<string, string> {
  const scheme = schemeOf(signing);
  return scheme.write(message, (...signed) => signatureOf(scheme, secret, signed));
}

function schemeOf(signing: Signing): Scheme {
  switch (signing.scheme) {
    case 'standard-webhooks':
      return standardWebhooks;
    case 'github':
      return github;
    case 'stripe':
      return stripe;
    case 'slack':
      return slack;
    case 'hmac':
      return hmac(signing);
  }
}

function signatureOf({ algorithm, keyOf }: Scheme, secret: string, signed: readonly (string | Buffer)[]): Buffer {
  const mac = createHmac(algorithm, keyOf(secret));
  for (const part of signed) mac.update(part);
  return mac.digest();
}

/** A length that differs says nothing: everybody knows the right one. */
function isSame(expected: Buffer, signature: Buffer): boolean {
  return expected.length === signature.length && timingSafeEqual(expected, signature);
}

function hashOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('base64url');
}
