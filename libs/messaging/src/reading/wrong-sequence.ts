import { JetStreamApiError } from '@nats-io/jetstream';

const WRONG_LAST_SEQUENCE = 10071;

/** Whether a write was refused because something else stands there than it expected. */
export function isWrongSequence(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false;
  return error.apiError().err_code === WRONG_LAST_SEQUENCE || error.message.includes('wrong last sequence');
}
