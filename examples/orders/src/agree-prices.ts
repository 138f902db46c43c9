import { defineJob } from '@jobico/sdk';
import type { AgreedPrices } from './order.ts';

interface PriceAgreement {
  customer: { id: string };
  prices: AgreedPrices;
}

/** Keeps the prices agreed with a customer, for `price-order` to read. Later agreements add to earlier ones. */
export const handler = defineJob<PriceAgreement, { customer: string; skus: number }>(({ data }, { kv, log }) => {
  const { customer, prices } = data;
  const all = kv.bucket('prices').update<AgreedPrices>(customer.id, (before) => ({ ...before, ...prices }));
  log.info(`customer ${customer.id} has ${Object.keys(all).length} agreed prices`);
  return { customer: customer.id, skus: Object.keys(all).length };
});
