import type { DeadLetter } from '@jobico/contract';
import type { Nats } from './connection.ts';
import { pagesBackward } from './pages.ts';
import { DEADLETTERS, deadLetterSubject } from './subjects.ts';

export interface DeadLetterQuery {
  tenant: string;
  queue?: string | undefined;
  /** The event's name. */
  event?: string | undefined;
  limit: number;
  after?: string | undefined;
}

/** The events that will not be retried. */
export interface DeadLetters {
  /** Newest first. */
  list(query: DeadLetterQuery): Promise<{ items: DeadLetter[]; next?: string }>;
}

export function createDeadLetters(nats: Nats): DeadLetters {
  return {
    async list({ tenant, queue = '*', event = '*', limit, after }) {
      const page = await pagesBackward(nats, DEADLETTERS, deadLetterSubject(tenant, queue, event), limit, after);
      const items = page.messages.map((message) => ({
        ...message.json<Omit<DeadLetter, 'id'>>(),
        id: String(message.seq),
      }));
      return { items, ...(page.next !== undefined && { next: page.next }) };
    },
  };
}
