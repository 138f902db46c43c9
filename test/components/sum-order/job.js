// The total of an order, in the currency of the configuration.
import { get } from 'jobico:job/config@0.1.0';
import { write } from 'jobico:job/log@0.1.0';

export const handler = {
  handle(event) {
    const order = JSON.parse(event.data);
    const total = order.lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
    write('info', `order ${order.id}: ${order.lines.length} lines`);
    return JSON.stringify({ id: order.id, total, currency: get('currency') });
  },
};
