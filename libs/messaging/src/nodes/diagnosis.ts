import type { Diagnosis, QueueLag } from '@jobico/contract';
import type { ConsumerInfo } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { isMissing } from '../connection/failures.ts';
import { hasPin } from '../queues/ordered-consumer.ts';
import { consumersOf, shapeOf } from '../queues/queue-shape.ts';
import { storageUse } from './storage-use.ts';
import { DEFINITIONS, EXECUTIONS, parseQueueStream } from '../subjects.ts';

const MOST_LAGS = 1000;

/** Looks at all of NATS that the platform uses. */
export async function diagnose(nats: Nats): Promise<Diagnosis> {
  const [storage, records, definitions] = await Promise.all([
    storageUse(nats),
    nats.jsm.streams.info(EXECUTIONS),
    nats.jsm.streams.info(`KV_${DEFINITIONS}`),
  ]);
  let replicas = Math.min(records.config.num_replicas, definitions.config.num_replicas);
  let queues = 0;
  const lags: QueueLag[] = [];
  for await (const { config } of nats.jsm.streams.list('jobico.queue.>')) {
    const address = parseQueueStream(config.name);
    if (!address) continue;
    queues += 1;
    replicas = Math.min(replicas, config.num_replicas);
    const shape = shapeOf(config);
    for (const { name } of consumersOf(shape)) {
      const info = await consumerInfo(nats, config.name, name);
      if (info && info.num_pending + info.num_ack_pending > 0) lags.push(lagOf(address, info, shape.isOrdered));
    }
  }
  const { bytes, maxBytes, deadLetters } = storage;
  const { nc } = nats;
  return {
    time: new Date().toISOString(),
    nats: {
      version: nc.info?.version ?? 'unknown',
      time: new Date(String(records.ts)).toISOString(),
      storedBytes: bytes,
      ...(maxBytes !== undefined && { maxBytes }),
      replicas,
      durability: nats.durability,
    },
    definitionsRevision: definitions.state.last_seq,
    deadLetters,
    queues,
    lags: lags.toSorted((a, b) => b.waiting + b.delivered - a.waiting - a.delivered).slice(0, MOST_LAGS),
  };
}

async function consumerInfo({ jsm }: Nats, stream: string, name: string): Promise<ConsumerInfo | undefined> {
  try {
    return await jsm.consumers.info(stream, name);
  } catch (error) {
    // No executor has come to it yet, or the queue has just gone.
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function lagOf({ tenant, queue }: { tenant: string; queue: string }, info: ConsumerInfo, isOrdered: boolean): QueueLag {
  const { name, num_pending, num_ack_pending, ack_floor, ts } = info;
  const settledAt = ack_floor.last_active;
  return {
    tenant,
    queue,
    consumer: name,
    waiting: num_pending,
    delivered: num_ack_pending,
    isOrdered,
    isPinned: hasPin(info),
    ...(settledAt !== undefined && {
      settledAgoMs: Math.max(0, Date.parse(String(ts)) - Date.parse(String(settledAt))),
    }),
  };
}
