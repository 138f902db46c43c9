import { keyOf, type Execution } from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import type { QueuedEvent } from '../intake/event-message.ts';
import { createOutcomes, latestOf, type Outcomes } from '../outcomes/outcomes.ts';
import { orderingOf, partitionOf } from './partitions.ts';
import { consumersOf, shapeOf, type QueueShape } from './queue-shape.ts';
import { queueConsumers, queueInfo } from './queue-states.ts';
import { queueStream } from '../subjects.ts';

/** What has become of an event that its queue still has. */
export interface EventState {
  event: QueuedEvent;
  isSettled: boolean;
  /** By an executor, which may run it. */
  isFetched: boolean;
  /** The last one that is on record. */
  outcome: Execution | undefined;
}

/** Tells the events of a queue that are settled from those that are not. */
export interface QueueTail {
  readonly stream: string;
  /** Everything up to here is settled. */
  readonly floor: number;
  /** Of the newest message that there was when this was opened. */
  readonly last: number;
  statesOf(events: readonly QueuedEvent[]): Promise<EventState[]>;
  /** The outcomes of the part of the queue that has the event; of one that is parked, tell which part that is. */
  outcomesOf(event: QueuedEvent, partition?: number): Outcomes;
}

/** Undefined if there is no such queue. */
export async function openQueueTail(nats: Nats, tenant: string, queue: string): Promise<QueueTail | undefined> {
  const info = await queueInfo(nats, tenant, queue);
  if (!info) return undefined;
  const stream = queueStream(tenant, queue);
  const shape = shapeOf(info.config);
  const consumers = await queueConsumers(nats, stream, shape);
  const parts = consumersOf(shape).map(({ name, partition }) => {
    const consumer = consumers.find((each) => each.name === name);
    const open = consumer ? consumer.num_pending + consumer.num_ack_pending : 1;
    return {
      // One to which nothing has come for long is settled as far as the stream goes.
      floor: open === 0 ? info.state.last_seq : (consumer?.ack_floor.stream_seq ?? 0),
      fetched: consumer && consumer.num_ack_pending > 0 ? consumer.delivered.stream_seq : 0,
      outcomes: createOutcomes(nats, tenant, queue, { partition: partition?.index }),
    };
  });
  const statesOf = async (events: readonly QueuedEvent[]) => {
    const byPart = Map.groupBy(events, (event) => partOf(shape, event));
    const found = new Map<number, EventState>();
    for (const [index, group] of byPart) {
      const part = parts[index];
      if (!part) continue;
      const open = group.filter(({ sequence }) => sequence > part.floor);
      const latest = await latestOf(part.outcomes, open);
      for (const event of group) {
        const outcome = latest.get(event.sequence);
        const isSettled = event.sequence <= part.floor || (outcome !== undefined && outcome.status !== 'retry');
        found.set(event.sequence, { event, outcome, isSettled, isFetched: event.sequence <= part.fetched });
      }
    }
    return events.flatMap(({ sequence }) => found.get(sequence) ?? []);
  };
  return {
    stream,
    floor: Math.min(...parts.map(({ floor }) => floor)),
    last: info.state.last_seq,
    statesOf,
    outcomesOf(event, partition = partOf(shape, event)) {
      const part = parts[partition];
      if (part) return part.outcomes;
      throw new RangeError(`queue ${queue} of tenant ${tenant} has no part ${partition}`);
    },
  };
}

/** Which consumer of its queue an event is given to. */
function partOf({ partitioning }: QueueShape, event: QueuedEvent): number {
  if (!partitioning) return 0;
  if (event.spread?.count === partitioning.count) return event.spread.index;
  try {
    const key = keyOf({ ordering: orderingOf(partitioning) }, JSON.parse(event.text), event.key);
    return partitionOf(key, partitioning.count);
  } catch {
    return partitionOf(event.key, partitioning.count);
  }
}
