// Raises `events` events, or as many as it may.
import { emit } from 'jobico:job/outbox@0.1.0';

export const handler = {
  handle(event) {
    const { events } = JSON.parse(event.data);
    for (let emitted = 0; emitted < events; emitted += 1) {
      try {
        emit('flood', JSON.stringify({ emitted }), null);
      } catch (error) {
        return JSON.stringify({ emitted, error: error.payload ?? error });
      }
    }
    return JSON.stringify({ emitted: events });
  },
};
