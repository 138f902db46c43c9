// Wants to be tried again as often as its event says.
import { defineJob, RetryError } from '@jobico/sdk';

export const handler = defineJob<{ key: string; retries?: number }>(({ data: { key, retries = 0 }, attempt }) => {
  if (attempt <= retries) throw new RetryError('not yet');
  return key;
});
