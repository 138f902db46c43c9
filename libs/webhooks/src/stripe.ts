import { decoded, headerOf, plainKey, secondsOf, textField, type Scheme } from './scheme.ts';

/** https://docs.stripe.com/webhooks#verify-manually: a delivery that is sent again has a new time and the id of its event. */
export const stripe: Scheme = {
  algorithm: 'sha256',
  keyOf: plainKey,
  read(delivery) {
    const pairs = (headerOf(delivery, 'stripe-signature') ?? '').split(',').map((pair) => pair.trim().split('='));
    const valuesOf = (name: string) => pairs.flatMap(([key, value]) => (key === name && value ? [value] : []));
    const [time] = valuesOf('t');
    const timestamp = secondsOf(time);
    if (time === undefined || timestamp === undefined) return undefined;
    const id = textField(delivery.body, 'id');
    return {
      signed: [`${time}.`, delivery.body],
      signatures: decoded(valuesOf('v1'), 'hex'),
      timestamp,
      ...(id !== undefined && { id }),
      isIdSigned: true,
    };
  },
  write: ({ timestamp, body }, sign) => ({
    'stripe-signature': `t=${timestamp},v1=${sign(`${timestamp}.`, body).toString('hex')}`,
  }),
};
