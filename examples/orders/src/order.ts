/** An order as the shop sends it: schemas/order.json. */
export interface Order {
  id: string;
  customer: Customer;
  items: Item[];
  /** ISO 4217; left out: the package's `currency`. */
  currency?: string;
}

export interface Customer {
  id: string;
  name: string;
  email: string;
}

export interface Item {
  sku: string;
  quantity: number;
  unitPriceCents: number;
}

/** What `price-order` makes of it: schemas/priced-order.json. */
export interface PricedOrder {
  id: string;
  customer: Customer;
  currency: string;
  lines: (Item & { totalCents: number })[];
  totalCents: number;
}

/** Cents for each SKU, as agreed with one customer. */
export type AgreedPrices = Record<string, number>;

/** An amount for people; the guest's engine has no `Intl`. */
export function formatAmount(cents: number, currency: string): string {
  return `${(cents / 100).toFixed(2)} ${currency}`;
}
