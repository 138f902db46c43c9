import type { PackageVersion, QueueState } from '@jobico/contract';
import { jobsOf } from '@jobico/contract';
import type { ConsumerInfo, StreamInfo } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable, isMissing } from '../connection/failures.ts';
import type { Pause } from '../packages/pauses.ts';
import { consumersOf, maxAgeMsOf, shapeOf, type QueueShape } from './queue-shape.ts';
import { countParked, unsettledIn } from '../streams.ts';
import { parseEventSubject, parseQueueStream, queuePlaceholder, queueStream } from '../subjects.ts';

/** What is known of a tenant beside its streams. */
export interface TenantContext {
  packages: readonly PackageVersion[];
  pauses: readonly Pause[];
}

/** The queues of a tenant as they stand, or the one that is named. */
export async function readQueues(
  nats: Nats,
  tenant: string,
  context: TenantContext,
  only?: string,
): Promise<QueueState[]> {
  const parked = await countParked(nats, tenant);
  const infos: StreamInfo[] = [];
  for await (const info of nats.jsm.streams.list(queuePlaceholder(tenant, only ?? '*'))) infos.push(info);
  const states = await Promise.all(
    infos.map(async (info) => {
      const address = parseQueueStream(info.config.name);
      return address && (await stateOf(nats, info, parked.get(`${tenant}.${address.queue}`) ?? 0, context));
    }),
  );
  return states.filter((state) => state !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function stateOf(nats: Nats, info: StreamInfo, parked: number, { packages, pauses }: TenantContext) {
  const { config, state } = info;
  const id = parseQueueStream(config.name)?.queue ?? '';
  const inQueue = (await unsettledIn(nats, config)) ?? state.messages;
  const consumers = await queueConsumers(nats, config.name, shapeOf(config));
  const owners = packages.filter(({ definition }) => jobsOf(definition).some(({ queue }) => queue === id));
  const isPaused = (of: Pause['of'], name: string) => pauses.find((pause) => pause.of === of && pause.id === name);
  const paused = isPaused('queue', id);
  const events = new Set(config.subjects.flatMap((subject) => parseEventSubject(subject)?.event ?? []));
  const queue: QueueState = {
    id,
    ordering: orderingOf(shapeOf(config), owners, id),
    storage: config.storage,
    packages: owners.map((owner) => owner.id),
    events: [...events].sort(),
    waiting: inQueue + parked,
    fetched: consumers.reduce((sum, { num_ack_pending }) => sum + num_ack_pending, 0),
    parked,
    stored: {
      events: state.messages,
      bytes: state.bytes,
      ...(state.messages > 0 && { oldestAt: iso(state.first_ts) }),
    },
    retention: {
      maxAgeMs: Math.min(Math.round(maxAgeMsOf(config)), Number.MAX_SAFE_INTEGER),
      ...(config.max_bytes > 0 && { maxBytes: config.max_bytes }),
      ...(config.max_msgs > 0 && { maxEvents: config.max_msgs }),
    },
    ...(paused && { pausedSince: paused.since }),
    isAtRest: paused !== undefined || (owners.length > 0 && owners.every((owner) => isPaused('package', owner.id))),
  };
  return queue;
}

const iso = (time: string) => new Date(Date.parse(time)).toISOString();

/** The stream tells all but the key of a queue without partitions; that the packages do. */
function orderingOf(shape: QueueShape, owners: readonly PackageVersion[], id: string): QueueState['ordering'] {
  if (!shape.isOrdered) return 'none';
  if (shape.partitioning) return { key: shape.partitioning.pointer, partitions: shape.partitioning.count };
  const declared = owners.flatMap(({ definition }) => definition.queues).find((queue) => queue.id === id)?.ordering;
  return typeof declared === 'object' ? { key: declared.key, partitions: declared.partitions ?? 1 } : 'strict';
}

/** The consumers of a queue that are there. */
export async function queueConsumers({ jsm }: Nats, stream: string, shape: QueueShape): Promise<ConsumerInfo[]> {
  const infos = await Promise.all(
    consumersOf(shape).map(async ({ name }) => {
      try {
        return await jsm.consumers.info(stream, name);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw asUnavailable(error, `the consumers of ${stream} cannot be read`);
      }
    }),
  );
  return infos.filter((info) => info !== undefined);
}

/** The stream of a queue; undefined if there is none. */
export async function queueInfo({ jsm }: Nats, tenant: string, queue: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(queueStream(tenant, queue));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw asUnavailable(error, `queue ${queue} cannot be read`);
  }
}
