import { createHash } from 'node:crypto';
import type { Queue } from '@jobico/contract';
import { keyToken } from '../subjects.ts';

/** How the keys of a queue are spread over consumers. */
export interface Partitioning {
  /** At least 2. */
  count: number;
  /** JSON pointer to the key in the payload. */
  pointer: string;
}

/** One of the consumers that share the keys of a queue. */
export interface Partition extends Partitioning {
  /** From 0. */
  index: number;
}

/** How a queue is partitioned, if it is. */
export function partitioningOf({ ordering }: Pick<Queue, 'ordering'>): Partitioning | undefined {
  if (ordering.kind !== 'keyed' || ordering.partitions === 1) return undefined;
  return { count: ordering.partitions, pointer: ordering.pointer };
}

/** The ordering that a partition keeps, whatever is deployed meanwhile. */
export const orderingOf = ({ count, pointer }: Partitioning): Queue['ordering'] => ({
  kind: 'keyed',
  pointer,
  partitions: count,
});

/** The key that an event's subject has to carry: none, unless its queue is partitioned. */
export function subjectKey(queue: Pick<Queue, 'ordering'>, key: string | undefined): string | undefined {
  return partitioningOf(queue) && key;
}

/** Which partition has the events of a key, and of those without one; the server's `{{partition(…)}}` says the same. */
export function partitionOf(key: string | undefined, count: number): number {
  return key === undefined ? 0 : fnv1a(keyToken(key)) % count;
}

/** FNV-1a of 32 bits over the bytes of a text in ASCII. */
function fnv1a(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  }
  return hash >>> 0;
}

/**
 * `executor-<index>-of-<count>-<what the pointer is>`: whoever knows the queue as it was partitioned before finds no
 * consumer of that name.
 */
export function partitionConsumer({ index, count, pointer }: Partition): string {
  return `executor-${index}-of-${count}-${createHash('sha256').update(pointer).digest('hex').slice(0, 6)}`;
}

/** Whether a consumer of a queue's stream is one that executors have: others may have consumers of their own there. */
export const isQueueConsumer = (name: string): boolean => /^executor(-\d+-of-\d+-[0-9a-f]{6})?$/.test(name);

/**
 * What the stream of a partitioned queue makes of `jobico.event.<tenant>.<event>.<key>`:
 * `jobico.event.<tenant>.<event>.<count>.<partition>`. The key itself goes: a consumer of more than one filter is slow on
 * a stream of many subjects.
 */
export const partitionTransform = (tenant: string, { count }: Partitioning) => ({
  src: `jobico.event.${tenant}.*.*`,
  dest: `jobico.event.${tenant}.{{wildcard(1)}}.${count}.{{partition(${count},2)}}`,
});

/**
 * Subjects whose events only their payload tells the partition of, so that each partition looks at them: those that came
 * without a key in the subject, or before the queue was partitioned as it is.
 */
export const unspreadSubjects = (tenant: string, before?: number): string[] => [
  `jobico.event.${tenant}.*`,
  `jobico.event.${tenant}.*.*`,
  ...(before === undefined ? [] : [`jobico.event.${tenant}.*.${before}.*`]),
];

/** Subjects whose events the server has found to be of a partition. */
export const spreadSubjects = (tenant: string, { index, count }: Partition) =>
  `jobico.event.${tenant}.*.${count}.${index}`;
