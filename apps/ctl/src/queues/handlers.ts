import { JobicoError, type OperationInput } from '@jobico/contract';
import {
  deleteWaiting,
  describeWaiting,
  findWaiting,
  readQueues,
  type DefinitionStore,
  type Nats,
  type Nodes,
  type Pauses,
  type WaitingFilter,
} from '@jobico/messaging';
import type { Handlers } from '../operations.ts';
import { untilExecutors } from '../pauses/executors.ts';
import { declaredOrdering } from './declared-ordering.ts';
import { noSuchQueue } from './no-such-queue.ts';

export interface QueueDeps {
  nats: Nats;
  store: DefinitionStore;
  pauses: Pauses;
  nodes: Nodes;
}

type QueueHandlers = Pick<Handlers, 'queue.list' | 'queue.get' | 'queue.peek' | 'queue.purge'>;

const DEFAULT_LIMIT = 50;
/** For what runs to end, before a purge is refused because of it. */
const REST_TIMEOUT_MS = 10_000;

export function createQueueHandlers({ nats, store, pauses, nodes }: QueueDeps): QueueHandlers {
  const contextOf = async (tenant: string) => {
    const { packages, revision } = await store.list(tenant);
    return { packages, revision, pauses: await pauses.list(tenant) };
  };

  const filterOf = async ({ tenant, queue, event, key, storedBefore }: PurgeFilters): Promise<WaitingFilter> => {
    return {
      tenant,
      queue,
      event,
      key,
      ...(storedBefore !== undefined && { storedBeforeMs: Date.parse(storedBefore) }),
      ...(await declaredOrdering(store, tenant, queue)),
    };
  };

  /** What executors have fetched they would run: it must have come back. */
  const assertAtRest = async (tenant: string, id: string) => {
    const context = await contextOf(tenant);
    const [state] = await readQueues(nats, tenant, context, id);
    if (!state) throw await noSuchQueue(nats, tenant, id);
    if (!state.isAtRest) {
      throw new JobicoError('conflict', `queue ${id} is not paused: what executors have fetched of it would run`, {
        hint: `Pause it first: jobico queue pause ${id}. (jobico queue purge does so by itself.)`,
      });
    }
    const revision = await pauses.revision(tenant);
    const executors = await untilExecutors(nodes, revision, ({ atRest }) => atRest, REST_TIMEOUT_MS);
    if (executors.every(({ atRest }) => atRest)) return;
    throw new JobicoError('conflict', `some of queue ${id} still runs`, {
      hint: 'Try again once it has ended.',
      details: { nodes: executors },
    });
  };

  return {
    async 'queue.list'({ tenant }) {
      return { items: await readQueues(nats, tenant, await contextOf(tenant)) };
    },
    async 'queue.get'({ tenant, queue }) {
      const [state] = await readQueues(nats, tenant, await contextOf(tenant), queue);
      if (state) return state;
      throw await noSuchQueue(nats, tenant, queue);
    },
    async 'queue.peek'({ order = 'oldest', limit = DEFAULT_LIMIT, after, ...input }) {
      const filter = await filterOf(input);
      const found = await findWaiting(nats, { ...filter, order, limit, after });
      if (!found) throw await noSuchQueue(nats, input.tenant, input.queue);
      const { waiting, ...rest } = found;
      return { items: waiting.map((each) => describeWaiting(each, filter)), ...rest };
    },
    async 'queue.purge'({ all = false, dryRun = false, limit = DEFAULT_LIMIT, after, ...input }) {
      assertMeant(input, all);
      const { tenant, queue } = input;
      if (!dryRun) await assertAtRest(tenant, queue);
      const filter = await filterOf(input);
      const found = await findWaiting(nats, { ...filter, order: 'oldest', limit, after });
      if (!found) throw await noSuchQueue(nats, tenant, queue);
      const { waiting, ...rest } = found;
      if (!dryRun) await deleteWaiting(nats, input, waiting);
      const items = waiting.map((each) => {
        const { id, name, key, sequence, time } = describeWaiting(each, filter);
        return { id, event: name, ...(key !== undefined && { key }), sequence, time };
      });
      return { items, ...rest };
    },
  };
}

type PurgeFilters = Pick<OperationInput<'queue.purge'>, 'tenant' | 'queue' | 'event' | 'key' | 'storedBefore'>;

/** Everything is deleted only by whoever says so: a filter that was forgotten must not. */
function assertMeant({ event, key, storedBefore }: PurgeFilters, all: boolean): void {
  if (all || event !== undefined || key !== undefined || storedBefore !== undefined) return;
  throw new JobicoError('invalid', 'queue.purge: neither a filter nor `all`', {
    hint: 'Name what is to be deleted; `all` deletes everything that waits in the queue.',
    faults: [{ path: '/all', message: 'is needed where there is no filter', allowed: 'true' }],
  });
}
