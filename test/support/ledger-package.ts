import type { Execution } from '@jobico/contract';

/** Tenant of {@link LEDGER}. */
export const LEDGER_TENANT = 'acme';

/**
 * A package whose events `booked` end as they say, one after another for each customer; each that succeeds raises one
 * event `entered`, in a queue that keeps them all in order.
 */
export const LEDGER = {
  id: 'ledger',
  tenant: LEDGER_TENANT,
  queues: [{ id: 'bookings', ordering: { key: '/customer' } }, { id: 'entries' }],
  jobs: [
    {
      event: { id: 'booked', supplierqueue: 'bookings', runtime: 'book' },
      result: { ok: { id: 'entered', supplierqueue: 'entries', runtime: 'enter' } },
      retry: { initialInterval: 'PT0.1S' },
    },
  ],
  runtimes: [
    { id: 'book', moduleref: 'as-told.wasm' },
    { id: 'enter', moduleref: 'as-told.wasm' },
  ],
};

/** What of it must run one after another. */
export function laneOf({ queue, event }: Execution): string {
  return queue === 'entries' ? queue : `${queue} ${event.key ?? ''}`;
}

export const LEDGER_GUESTS = { 'as-told.wasm': 'as-told' };

/** The `n`th event: most succeed at once, some after a retry, some never. */
export function booking(n: number): object {
  const attempts = n % 97 === 5 ? ['retry', 'ok'] : n % 101 === 7 ? ['permanent'] : ['ok'];
  return { customer: `c-${n % 20}`, n, attempts };
}
