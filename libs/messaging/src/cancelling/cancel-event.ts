import { JobicoError, type Execution } from '@jobico/contract';
import { findCancellable, type Cancellable } from './cancellable.ts';
import { cancelledRecord } from './cancelled-record.ts';
import type { Nats } from '../connection/connection.ts';
import type { DeclaredEvent } from '../packages/definitions-view.ts';
import { findParked } from '../queues/parking.ts';
import { openQueueTail } from '../queues/queue-tail.ts';
import { latestOf } from '../outcomes/outcomes.ts';
import { createRecorder } from '../outcomes/recorder.ts';

export interface CancelRequest {
  tenant: string;
  /** Of the event, of an attempt that is on record, or of one that runs and has told of itself. */
  id: string;
  /** Who wants it, as the record says it. */
  by?: string | undefined;
  /** The process that records it. */
  node: string;
  /** What a live package says of an event. */
  declared: (event: string) => DeclaredEvent | undefined;
}

/** The record that ends the event, and whether this call made it. */
export interface Cancelled {
  execution: Execution;
  isNew: boolean;
}

/**
 * Ends an event that has not ended, wherever it is: its outcome is recorded as `cancelled`, as any other outcome is, against
 * the slot of the event. So exactly one of the two stands where an executor records at the same time, and whoever works
 * the queue learns of it from the record: no executor is needed. An event that was cancelled before answers the record of
 * then. Of several that were sent under the same id, the oldest that has not ended is meant.
 *
 * Throws `not-found`, `conflict` for an event that has ended otherwise, `unavailable` if it cannot tell: it may be repeated.
 */
export async function cancelEvent(nats: Nats, request: CancelRequest): Promise<Cancelled> {
  const { tenant, id } = request;
  let before: Ended | undefined;
  for await (const found of findCancellable(nats, tenant, id)) {
    const answer = await cancelAt(nats, request, found);
    if ('isNew' in answer) return answer;
    before = answer;
  }
  return answerOf(request, before ?? (await endOnRecord(nats, tenant, id)));
}

/** An event that has ended, with its record as far as that is kept. */
interface Ended {
  ended: Execution | undefined;
}

async function cancelAt(nats: Nats, request: CancelRequest, found: Cancellable): Promise<Cancelled | Ended> {
  const { event, queue } = found;
  // First how far the queue has come, then what is parked: what leaves the queue meanwhile is in one of the two.
  const tail = await openQueueTail(nats, request.tenant, queue);
  if (!tail) return { ended: undefined };
  const parked = found.parked ?? (await parkedNow(nats, found));
  const [state] = await tail.statesOf([event]);
  const outcomes = tail.outcomesOf(event, parked?.partition);
  const outcome = (await latestOf(outcomes, [event])).get(event.sequence);
  if (outcome && outcome.status !== 'retry') return { ended: outcome };
  if (state?.isSettled && !parked) return { ended: undefined };
  const execution = await cancelledRecord(nats, request, { ...found, outcome, parked: parked?.parked, state });
  const commit = await outcomes.commit(execution);
  return commit.isOurs ? { execution, isNew: true } : { ended: commit.recorded };
}

async function parkedNow(nats: Nats, { event, queue }: Cancellable): Promise<Cancellable['parked']> {
  const isIt = ({ sequence }: { sequence: number }) => sequence === event.sequence;
  for await (const found of findParked(nats, event.tenant, queue, isIt)) return found;
  return undefined;
}

/** What has left its queue has its records for a time. */
async function endOnRecord(nats: Nats, tenant: string, id: string): Promise<Ended | undefined> {
  const recorder = createRecorder(nats);
  const { items } = await recorder.list({ tenant, event: id, limit: MOST_ATTEMPTS });
  const all = items.length > 0 ? items : [await recorder.get(tenant, id)];
  const ended = all.find((execution) => execution && execution.status !== 'retry');
  return ended || items.length > 0 ? { ended } : undefined;
}

const MOST_ATTEMPTS = 100;

function answerOf({ tenant, id }: CancelRequest, before: Ended | undefined): Cancelled {
  const shown = id.slice(0, 100);
  if (!before) {
    throw new JobicoError('not-found', `tenant ${tenant} has no event and no execution ${shown}`, {
      hint: 'Events wait in their queues: `jobico queue peek <queue>` shows them with their ids.',
    });
  }
  const { ended } = before;
  if (!ended) {
    throw new JobicoError('conflict', `${shown} has ended, and its record is not kept any more`, {
      hint: 'There is nothing to cancel.',
    });
  }
  if (ended.status === 'cancelled') return { execution: ended, isNew: false };
  throw new JobicoError('conflict', `${shown} has ended already, as ${ended.status}`, {
    hint: `There is nothing to cancel: \`jobico execution get ${ended.id}\` shows its outcome.`,
    details: { execution: ended.id, status: ended.status },
  });
}
