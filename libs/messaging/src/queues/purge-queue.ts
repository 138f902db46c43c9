import type { Nats } from '../connection/connection.ts';
import { asUnavailable, isMissing } from '../connection/failures.ts';
import { PARKED, queueStream } from '../subjects.ts';
import { eventOf, type Waiting } from './waiting-events.ts';

/** Under way at once. */
const TOGETHER = 100;

/**
 * Deletes events that wait in a queue, those that are parked too. Only of a queue at rest: an executor that had fetched an
 * event would run it all the same.
 */
export async function deleteWaiting(
  nats: Nats,
  { tenant, queue }: { tenant: string; queue: string },
  waiting: readonly Waiting[],
): Promise<void> {
  const stream = queueStream(tenant, queue);
  for (let at = 0; at < waiting.length; at += TOGETHER) {
    await Promise.all(
      waiting.slice(at, at + TOGETHER).map(async (each) => {
        // The queue may have it too: what was parked is acknowledged there a moment later.
        await deleteMessage(nats, stream, eventOf(each).sequence);
        if ('parked' in each) await deleteMessage(nats, PARKED, each.parked.parkedSequence);
      }),
    );
  }
}

async function deleteMessage({ jsm }: Nats, stream: string, sequence: number): Promise<void> {
  try {
    await jsm.streams.deleteMessage(stream, sequence, false);
  } catch (error) {
    if (!isMissing(error) && !/no message found|sequence .* not found/.test(String(error))) {
      throw asUnavailable(error, 'an event cannot be deleted');
    }
  }
}
