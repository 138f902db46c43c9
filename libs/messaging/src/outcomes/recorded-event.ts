import { isoTime, type Execution } from '@jobico/contract';
import type { QueuedEvent } from '../intake/event-message.ts';

/** What a record says of its event. */
export function recordedEvent(event: QueuedEvent, key: string | undefined): Execution['event'] {
  return {
    id: event.id,
    name: event.name,
    ...(key !== undefined && { key }),
    time: isoTime(event.timeMs),
    ...(event.redriveOf && { redriveOf: event.redriveOf }),
    ...(event.replayOf && { replayOf: event.replayOf }),
  };
}

/** The trace that a record belongs to, by the event's `traceparent`. */
export const traceOf = ({ traceparent }: QueuedEvent): Pick<Execution, 'traceId'> =>
  traceparent ? { traceId: traceparent.split('-')[1] ?? '' } : {};
