import { decoded, headerOf, secondsOf, type Scheme } from './scheme.ts';

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const standardWebhooks: Scheme = {
  algorithm: 'sha256',
  keyOf: (secret) => Buffer.from(secret.startsWith('whsec_') ? secret.slice(6) : secret, 'base64'),
  read(delivery) {
    const id = headerOf(delivery, 'webhook-id');
    const time = headerOf(delivery, 'webhook-timestamp');
    const offered = headerOf(delivery, 'webhook-signature')?.split(' ') ?? [];
    const timestamp = secondsOf(time);
    if (id === undefined || time === undefined || timestamp === undefined) return undefined;
    const texts = offered.filter((each) => each.startsWith('v1,')).map((each) => each.slice(3));
    return {
      signed: [`${id}.${time}.`, delivery.body],
      signatures: decoded(texts, 'base64'),
      timestamp,
      id,
      isIdSigned: true,
    };
  },
  write: ({ id, timestamp, body }, sign) => ({
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${sign(`${id}.${timestamp}.`, body).toString('base64')}`,
  }),
};
