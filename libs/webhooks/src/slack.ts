import { decoded, headerOf, plainKey, secondsOf, textField, type Scheme } from './scheme.ts';

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export const slack: Scheme = {
  algorithm: 'sha256',
  keyOf: plainKey,
  read(delivery) {
    const time = headerOf(delivery, 'x-slack-request-timestamp');
    const signature = /^v0=([0-9a-f]{64})$/i.exec(headerOf(delivery, 'x-slack-signature') ?? '')?.[1];
    const timestamp = secondsOf(time);
    if (time === undefined || timestamp === undefined || signature === undefined) return undefined;
    const id = textField(delivery.body, 'event_id');
    return {
      signed: [`v0:${time}:`, delivery.body],
      signatures: decoded([signature], 'hex'),
      timestamp,
      ...(id !== undefined && { id }),
      isIdSigned: true,
    };
  },
  write: ({ timestamp, body }, sign) => ({
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${sign(`v0:${timestamp}:`, body).toString('hex')}`,
  }),
};
