// Raises one event with the data it is given.
import { emit } from 'jobico:job/outbox@0.1.0';

export const handler = {
  handle(event) {
    const { name, data, key } = JSON.parse(event.data);
    try {
      emit(name, JSON.stringify(data), key ?? null);
    } catch (error) {
      return JSON.stringify({ error: error.payload ?? error });
    }
    return null;
  },
};
