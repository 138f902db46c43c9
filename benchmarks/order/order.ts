/** What every subject is sent: about 300 bytes of JSON. */
export interface Order {
  id: string;
  customer: { id: string; name: string; email: string };
  items: { sku: string; name: string; quantity: number; cents: number }[];
}

/** What every subject makes of it. */
export interface Receipt {
  id: string;
  /** Cents. */
  total: number;
}

/** Customers take turns, so a queue that is keyed by customer has as many lanes. */
export const CUSTOMERS = 100;

/** The work. The job and the plain function of the bound are both this. */
export function receiptOf({ id, items }: Order): Receipt {
  let total = 0;
  for (const { quantity, cents } of items) total += quantity * cents;
  return { id, total };
}

/** The n-th order: always the same, and no two are alike. */
export function orderAt(n: number): Order {
  const customer = n % CUSTOMERS;
  return {
    id: `order-${n}`,
    customer: { id: `c${customer}`, name: `Customer ${customer}`, email: `customer-${customer}@example.com` },
    items: [
      { sku: `sku-${n % 997}`, name: 'Ballpoint pen, blue', quantity: 1 + (n % 7), cents: 100 + (n % 991) },
      { sku: `sku-${n % 499}`, name: 'Notebook, A5', quantity: 1 + (n % 3), cents: 450 + (n % 89) },
      { sku: `sku-${n % 251}`, name: 'Desk lamp', quantity: 1, cents: 3900 + (n % 1009) },
    ],
  };
}

/** The body of a request with `count` orders, beginning with order `from`. */
export const bodyOf = (from: number, count: number): string =>
  JSON.stringify({ data: Array.from({ length: count }, (_, index) => orderAt(from + index)) });

/** The number of an order, by its id; undefined if it is not one of ours. */
export function orderNumber(id: unknown): number | undefined {
  const digits = typeof id === 'string' ? /^order-(\d+)$/.exec(id)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}
