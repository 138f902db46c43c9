export const ORDERS = 'ORDERS';
export const RECEIPTS = 'RECEIPTS';
export const WORKER = 'worker';

export const orderSubject = 'orders.placed';
export const receiptSubject = 'receipts.made';

/** Of both processes. Traces of where each publish began cost a third of them; the platform's client goes without too. */
export const connection = { noAsyncTraces: true } as const;
