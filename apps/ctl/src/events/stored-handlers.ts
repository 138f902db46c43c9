import { JobicoError, type OperationInput } from '@jobico/contract';
import {
  findStoredEvent,
  listStored,
  replayStored,
  type DefinitionStore,
  type Definitions,
  type Nats,
  type Recorder,
  type StoredFilter,
} from '@jobico/messaging';
import type { Handlers } from '../operations.ts';
import { declaredOrdering } from '../queues/declared-ordering.ts';
import { noSuchQueue } from '../queues/no-such-queue.ts';

export interface StoredEventDeps {
  nats: Nats;
  store: DefinitionStore;
  definitions: Definitions;
  recorder: Recorder;
}

type StoredEventHandlers = Pick<Handlers, 'event.list' | 'event.get' | 'event.replay'>;

const DEFAULT_LIMIT = 50;
/** Of one event: attempts, and whatever else was sent under its id. */
const MOST_EXECUTIONS = 100;

export function createStoredEventHandlers({
  nats,
  store,
  definitions,
  recorder,
}: StoredEventDeps): StoredEventHandlers {
  const filterOf = async (input: Filters): Promise<StoredFilter> => {
    const { tenant, queue, event, key, since, until } = input;
    return {
      tenant,
      queue,
      event,
      key,
      ...(since !== undefined && { sinceMs: Date.parse(since) }),
      ...(until !== undefined && { untilMs: Date.parse(until) }),
      ...(await declaredOrdering(store, tenant, queue)),
    };
  };
  return {
    async 'event.list'({ limit = DEFAULT_LIMIT, after, ...input }) {
      const found = await listStored(nats, { ...(await filterOf(input)), limit, after });
      if (found) return found;
      throw await noSuchQueue(nats, input.tenant, input.queue);
    },
    async 'event.get'({ tenant, event: id }) {
      const event = await findStoredEvent(nats, tenant, id);
      const { items } = await recorder.list({ tenant, event: id, limit: MOST_EXECUTIONS });
      if (event || items.length > 0) return { ...(event && { event }), executions: items };
      throw new JobicoError('not-found', `tenant ${tenant} has no event ${id.slice(0, 100)}`, {
        hint: 'Queues and records keep events for a time only: `jobico event list` shows those that a queue holds.',
      });
    },
    async 'event.replay'({ limit = DEFAULT_LIMIT, after, replay, dryRun = false, ...input }) {
      const query = { ...(await filterOf(input)), limit, after, replay, dryRun };
      const replayed = await replayStored(nats, definitions, query);
      if (replayed) return replayed;
      throw await noSuchQueue(nats, input.tenant, input.queue);
    },
  };
}

type Filters = Pick<OperationInput<'event.list'>, 'tenant' | 'queue' | 'event' | 'key' | 'since' | 'until'>;
