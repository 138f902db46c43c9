import { defineJob } from '@jobico/sdk';
import type { Order } from './order.ts';

/** What the platform puts on an error route: the event's data, and why its job gave up. */
interface Rejection {
  event: Order;
  error: { code: string; message: string };
}

export const handler = defineJob<Rejection, { to: string; text: string }>(
  ({ data: { event: order, error } }, { log }) => {
    log.warn(`order ${order.id} was rejected: ${error.message}`);
    return {
      to: order.customer.email,
      text: `${order.customer.name}, order ${order.id} cannot be taken: ${error.message}.`,
    };
  },
);
