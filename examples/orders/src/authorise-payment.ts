import { defineJob, PermanentError, RetryError } from '@jobico/sdk';

interface Payment {
  orderId: string;
  amountCents: number;
  currency: string;
  card: { issuer: string; last4: string };
}

interface Authorisation {
  orderId: string;
  amountCents: number;
  currency: string;
  authorisation: string;
  attempts: number;
}

/**
 * Has a payment authorised. The bank is made up, to need no network: `slow-bank` does not answer the first time, which
 * a later attempt mends. The authorisation is named after the event, so a repeated attempt charges nobody twice.
 */
export const handler = defineJob<Payment, Authorisation>(({ id, attempt, data }, { log }) => {
  const { orderId, amountCents, currency, card } = data;
  if (card.issuer === 'slow-bank' && attempt === 1) throw new RetryError(`${card.issuer} did not answer in time`);
  if (amountCents <= 0) throw new PermanentError(`there is nothing to pay for order ${orderId}`);
  log.info(`${card.issuer} authorised order ${orderId} on card …${card.last4}, attempt ${attempt}`);
  return { orderId, amountCents, currency, authorisation: `auth-${id}`, attempts: attempt };
});
