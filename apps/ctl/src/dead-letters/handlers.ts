import type { DeadLetters } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

const DEFAULT_LIMIT = 50;

export function createDeadLetterHandlers({
  deadLetters,
}: {
  deadLetters: DeadLetters;
}): Pick<Handlers, 'deadletter.list'> {
  return {
    'deadletter.list': (input) => deadLetters.list({ ...input, limit: input.limit ?? DEFAULT_LIMIT }),
  };
}
