import { keyOf } from '@jobico/contract';
import { eventSubject, subjectKey, type Definitions, type SubjectOf } from '@jobico/messaging';

/** The subjects of events that jobs raise: with the key in it, where the queue that takes the event is partitioned. */
export function outgoingSubject(definitions: Definitions): SubjectOf {
  return (tenant, { event, key, data }) => {
    const queue = definitions.event(tenant, event)?.queue;
    if (!queue || subjectKey(queue, '') === undefined) return eventSubject(tenant, event);
    // Read as whoever runs it will read it, which is not always as the record has it.
    return eventSubject(tenant, event, subjectKey(queue, keyOf(queue, JSON.parse(JSON.stringify(data)), key)));
  };
}
