import { JobicoError, parseExactJson } from '@jobico/contract';
import type { Door, Intake, IntakeItem } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

export interface EventDeps {
  intake: Intake;
  /** Tenants are kept to their limits as at the listeners. */
  door: Pick<Door, 'limited'>;
}

export function createEventHandlers({ intake, door }: EventDeps): Pick<Handlers, 'event.send'> {
  const limited = door.limited(intake);
  return {
    async 'event.send'({ tenant, event, data, id, key }, { text }) {
      if (id !== undefined && data.length > 1) {
        throw new JobicoError('invalid', 'event.send: an id names one event, and there are several', {
          faults: [{ path: '/id', message: 'may be given only with a single event' }],
        });
      }
      return await limited.send({ tenant, event, items: itemsOf(data, text), id, key, source: 'ctl' });
    },
  };
}

/** Events are stored as they were written: a double would lose digits of what `data` held in the request. */
function itemsOf(data: readonly unknown[], text: string | undefined): IntakeItem[] {
  const exact = text === undefined ? data : (parseExactJson(text) as { data: unknown[] }).data;
  return data.map((value, index) => ({ value, text: JSON.stringify(exact[index]) }));
}
