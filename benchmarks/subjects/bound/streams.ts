export const ORDERS = 'ORDERS';
export const RECEIPTS = 'RECEIPTS';
export const WORKER = 'worker';

export const orderSubject = 'orders.placed';
export const receiptSubject = 'receipts.made';
