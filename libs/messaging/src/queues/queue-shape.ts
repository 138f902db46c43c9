import type { Queue } from '@jobico/contract';
import type { ConsumerConfig, StreamConfig } from '@nats-io/jetstream';
import {
  partitionConsumer,
  partitioningOf,
  partitionTransform,
  spreadSubjects,
  unspreadSubjects,
  type Partition,
  type Partitioning,
} from './partitions.ts';
import { EXECUTOR_CONSUMER, EXECUTOR_GROUP, queuePlaceholder } from '../subjects.ts';

const MS = 1_000_000;

/** Which consumers a queue has, and what each of them is given: it follows from the ordering, and is kept with the stream. */
export interface QueueShape {
  /** Whether a consumer gives its messages to one process at a time. */
  isOrdered: boolean;
  partitioning?: Partitioning;
  /** How many partitions there were when the oldest messages were stored that are not settled. */
  partitionsBefore?: number;
  /** Where its consumers begin: all that is stored before was settled under another shape. */
  start?: number;
}

/** A consumer of a queue. */
export interface ShapedConsumer {
  name: string;
  partition?: Partition;
}

const ORDERED = 'jobico-ordered';
const PARTITIONS = 'jobico-partitions';
const PARTITION_KEY = 'jobico-partition-key';
const BEFORE = 'jobico-partitions-before';
const START = 'jobico-start';
const MAX_AGE = 'jobico-max-age-ms';

/** The shape that a declared queue is to have. */
export function shapeFor(queue: Queue): QueueShape {
  const partitioning = partitioningOf(queue);
  return { isOrdered: queue.ordering.kind !== 'none', ...(partitioning && { partitioning }) };
}

/** The shape that a queue has, as its stream's metadata says. */
export function shapeOf({ metadata = {} }: Pick<StreamConfig, 'metadata'>): QueueShape {
  const { [PARTITIONS]: count, [PARTITION_KEY]: pointer, [BEFORE]: before, [START]: start } = metadata;
  return {
    isOrdered: metadata[ORDERED] !== 'false',
    ...(count !== undefined && pointer !== undefined && { partitioning: { count: Number(count), pointer } }),
    ...(before !== undefined && { partitionsBefore: Number(before) }),
    ...(start !== undefined && { start: Number(start) }),
  };
}

/** Whether a queue can pass from one shape to the other as it is, with events in it. */
export function isSameShape(a: QueueShape, b: QueueShape): boolean {
  return (
    a.isOrdered === b.isOrdered &&
    a.partitioning?.count === b.partitioning?.count &&
    a.partitioning?.pointer === b.partitioning?.pointer
  );
}

/** A shape in words, as a package would say it. */
export function shapeInWords({ isOrdered, partitioning }: QueueShape): string {
  if (partitioning) return `{ key: ${partitioning.pointer}, partitions: ${partitioning.count} }`;
  return isOrdered ? 'one ordered part' : 'none';
}

/** What a stream is told of its shape. */
export function streamConfigOf(
  tenant: string,
  shape: QueueShape,
): Pick<StreamConfig, 'metadata'> & Partial<Pick<StreamConfig, 'subject_transform'>> {
  const { isOrdered, partitioning, partitionsBefore, start } = shape;
  return {
    metadata: {
      [ORDERED]: String(isOrdered),
      ...(partitioning && { [PARTITIONS]: String(partitioning.count), [PARTITION_KEY]: partitioning.pointer }),
      ...(partitionsBefore !== undefined && { [BEFORE]: String(partitionsBefore) }),
      ...(start !== undefined && { [START]: String(start) }),
    },
    ...(partitioning && { subject_transform: partitionTransform(tenant, partitioning) }),
  };
}

/**
 * How a stream is told what a queue keeps. Not by its own `max_age`: that drops events that have not run, and nothing would
 * tell of them. Executors drop those that are settled, and end the others with an outcome.
 */
export const maxAgeMetadata = (maxAgeMs: number) => ({ [MAX_AGE]: String(maxAgeMs) });

/** How long a queue keeps settled events; Infinity where nothing says so. */
export function maxAgeMsOf({
  metadata = {},
  max_age = 0,
}: Partial<Pick<StreamConfig, 'metadata' | 'max_age'>>): number {
  const told = Number(metadata[MAX_AGE] ?? max_age / MS);
  return told > 0 ? told : Infinity;
}

/** The consumers of a queue of this shape. */
export function consumersOf({ partitioning }: QueueShape): ShapedConsumer[] {
  if (!partitioning) return [{ name: EXECUTOR_CONSUMER }];
  return Array.from({ length: partitioning.count }, (_, index) => {
    const partition = { ...partitioning, index };
    return { name: partitionConsumer(partition), partition };
  });
}

/** Events of an ordered queue, or of one of its partitions, that are delivered and not acknowledged, at most. */
const WINDOW = 512;
/** The same of an unordered queue, over all executors. */
const SHARED_WINDOW = 2048;
/** An event that is neither acknowledged nor reported as in work for this long is delivered again. */
const ACK_WAIT_MS = 30_000;
/** A pinned executor that pulls nothing for this long loses its pin. */
const PIN_MS = 8000;

export interface QueueAddress {
  tenant: string;
  queue: string;
}

/** What one of its consumers is made of. */
export function consumerConfigOf(
  { tenant, queue }: QueueAddress,
  { isOrdered, partitionsBefore, start }: QueueShape,
  { name, partition }: ShapedConsumer,
): Partial<ConsumerConfig> {
  return {
    durable_name: name,
    ack_policy: 'explicit',
    ack_wait: ACK_WAIT_MS * MS,
    max_deliver: -1,
    max_ack_pending: isOrdered ? WINDOW : SHARED_WINDOW,
    ...(start !== undefined && { deliver_policy: 'by_start_sequence', opt_start_seq: start }),
    ...(isOrdered && {
      priority_policy: 'pinned_client',
      priority_groups: [EXECUTOR_GROUP],
      priority_timeout: PIN_MS * MS,
    }),
    ...(partition && {
      filter_subjects: [
        spreadSubjects(tenant, partition),
        ...unspreadSubjects(tenant, partitionsBefore),
        queuePlaceholder(tenant, queue),
      ],
    }),
  };
}
