import { JobicoError, type OperationInput } from '@jobico/contract';
import {
  previewRedrive,
  redriveLetters,
  type DeadLetterQuery,
  type DeadLetters,
  type Definitions,
  type Nats,
} from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

export interface DeadLetterDeps {
  nats: Nats;
  deadLetters: DeadLetters;
  definitions: Definitions;
}

type DeadLetterHandlers = Pick<
  Handlers,
  'deadletter.list' | 'deadletter.get' | 'deadletter.redrive' | 'deadletter.drop'
>;

export function createDeadLetterHandlers({ nats, deadLetters, definitions }: DeadLetterDeps): DeadLetterHandlers {
  const isDeclared = (tenant: string, event: string) => definitions.event(tenant, event) !== undefined;
  return {
    'deadletter.list': (input) => deadLetters.list(queryOf(input)),
    async 'deadletter.get'({ tenant, deadletter }) {
      const letter = await deadLetters.get(tenant, deadletter);
      if (letter) return letter;
      throw new JobicoError('not-found', `no dead letter ${deadletter} of tenant ${tenant}`, {
        hint: 'It may have been redriven or dropped: `jobico deadletter list` shows those that there are.',
      });
    },
    async 'deadletter.redrive'({ dryRun = false, ...input }) {
      const { letters, ...rest } = await deadLetters.select(queryOf(input));
      const items = dryRun ? previewRedrive(isDeclared, letters) : await redriveLetters({ nats, isDeclared }, letters);
      return { items, ...rest };
    },
    async 'deadletter.drop'({ dryRun = false, all = false, ...input }) {
      assertMeant(input, all);
      const { letters, ...rest } = await deadLetters.select(queryOf(input));
      if (!dryRun) return { items: await deadLetters.drop(letters), ...rest };
      return { items: letters.map(({ id, queue, event }) => ({ id, queue, event, outcome: 'dropped' })), ...rest };
    },
  };
}

const DEFAULT_LIMIT = 50;

function queryOf<T extends Omit<DeadLetterQuery, 'limit'> & { limit?: number }>(input: T): T & DeadLetterQuery {
  return { ...input, limit: input.limit ?? DEFAULT_LIMIT };
}

/** Everything is dropped only by whoever says so: a filter that was forgotten must not. */
function assertMeant(input: Omit<OperationInput<'deadletter.drop'>, 'all' | 'dryRun'>, all: boolean): void {
  const { tenant: _tenant, limit: _limit, after: _after, ...filters } = input;
  if (all || Object.keys(filters).length > 0) return;
  throw new JobicoError('invalid', 'deadletter.drop: neither a filter nor `all`', {
    hint: 'Name what is to be dropped; `all` drops every dead letter of the tenant.',
    faults: [{ path: '/all', message: 'is needed where there is no filter', allowed: 'true' }],
  });
}
