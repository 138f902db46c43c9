/** Tenant of {@link LEDGER}. */
export const LEDGER_TENANT = 'acme';

/** A package whose events end as they say, one after another for each customer. */
export const LEDGER = {
  id: 'ledger',
  tenant: LEDGER_TENANT,
  queues: [{ id: 'bookings', ordering: { key: '/customer' } }],
  jobs: [
    {
      event: { id: 'booked', supplierqueue: 'bookings', runtime: 'book' },
      retry: { initialInterval: 'PT0.1S' },
    },
  ],
  runtimes: [{ id: 'book', moduleref: 'book.wasm' }],
};

export const LEDGER_GUESTS = { 'book.wasm': 'as-told' };

/** The `n`th event: most succeed at once, some after a retry, some never. */
export function booking(n: number): object {
  const attempts = n % 97 === 5 ? ['retry', 'ok'] : n % 101 === 7 ? ['permanent'] : ['ok'];
  return { customer: `c-${n % 20}`, n, attempts };
}
