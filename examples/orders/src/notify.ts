import { defineJob, PermanentError } from '@jobico/sdk';
import { formatAmount, type PricedOrder } from './order.ts';

interface AuthorisedPayment {
  orderId: string;
  amountCents: number;
  currency: string;
}

interface Notice {
  to?: string;
  text: string;
}

/** Writes what a customer is told. One job for two events: the event's name says what its data is. */
export const handler = defineJob<PricedOrder | AuthorisedPayment, Notice>(({ name, data }, { log }) => {
  const notice = noticeFor(name, data);
  log.info(notice.text);
  return notice;
});

function noticeFor(name: string, data: PricedOrder | AuthorisedPayment): Notice {
  if (name === 'order-priced') {
    const { id, customer, totalCents, currency } = data as PricedOrder;
    return {
      to: customer.email,
      text: `${customer.name}, order ${id} comes to ${formatAmount(totalCents, currency)}.`,
    };
  }
  if (name === 'payment-authorised') {
    const { orderId, amountCents, currency } = data as AuthorisedPayment;
    return { text: `${formatAmount(amountCents, currency)} for order ${orderId} are authorised.` };
  }
  throw new PermanentError(`nobody is told of ${name}`);
}
