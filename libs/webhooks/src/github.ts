import { decoded, headerOf, plainKey, type Scheme } from './scheme.ts';

/** https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries: neither the time nor the id is signed. */
export const github: Scheme = {
  algorithm: 'sha256',
  keyOf: plainKey,
  read(delivery) {
    const signature = /^sha256=([0-9a-f]{64})$/i.exec(headerOf(delivery, 'x-hub-signature-256') ?? '')?.[1];
    if (signature === undefined) return undefined;
    const id = headerOf(delivery, 'x-github-delivery');
    return {
      signed: [delivery.body],
      signatures: decoded([signature], 'hex'),
      ...(id !== undefined && { id }),
      isIdSigned: false,
    };
  },
  write: ({ id, body }, sign) => ({
    'x-github-delivery': id,
    'x-github-event': 'ping',
    'x-hub-signature-256': `sha256=${sign(body).toString('hex')}`,
  }),
};
