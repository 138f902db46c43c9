import { defineJob, PermanentError } from '@jobico/sdk';
import type { AgreedPrices, Item, Order, PricedOrder } from './order.ts';

/** Sums an order. A price that was agreed with the customer goes before the one in the order. */
export const handler = defineJob<Order, PricedOrder>(({ data: { id, customer, items, ...order } }, context) => {
  const currency = order.currency ?? context.config.get('currency') ?? '';
  const accepted = context.config.get('currencies')?.split(',') ?? [];
  if (!accepted.includes(currency)) throw new PermanentError(`orders in ${currency} are not accepted`);

  const agreed = context.kv.bucket('prices').get(customer.id)?.json<AgreedPrices>() ?? {};
  const lines = items.map((item) => priceLine(item, agreed[item.sku]));
  const totalCents = lines.reduce((sum, line) => sum + line.totalCents, 0);
  context.log.info(`order ${id}: ${lines.length} lines, ${totalCents} cents`);
  return { id, customer, currency, lines, totalCents };
});

function priceLine({ sku, quantity, unitPriceCents: listed }: Item, agreed: number | undefined) {
  const unitPriceCents = agreed ?? listed;
  return { sku, quantity, unitPriceCents, totalCents: quantity * unitPriceCents };
}
