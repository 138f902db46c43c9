import { JobicoError, type DeadLetter } from '@jobico/contract';
import type { Nats } from '../connection/connection.ts';
import { DEADLETTERS, redriveMarkSubject } from '../subjects.ts';

/** Says, beside a dead letter, that a redrive of it has begun. */
export interface RedriveMark {
  /** Of the mark in the stream. */
  sequence: number;
  /** When an earlier redrive set it, in milliseconds since 1970: it may have come to publish the event. */
  earlierMs?: number;
}

/** Sets the mark of a letter, or finds the one that is there. */
export async function markRedrive(nats: Nats, letter: DeadLetter): Promise<RedriveMark> {
  const subject = redriveMarkSubject(letter.tenant, letter.queue, letter.event.name, letter.id);
  for (;;) {
    try {
      const { sequence } = await nats.publisher.publish(subject, '', [['Nats-Expected-Last-Subject-Sequence', '0']]);
      return { sequence };
    } catch (error) {
      if (!(error instanceof JobicoError && error.code === 'conflict')) throw error;
    }
    const earlier = await nats.jsm.streams.getMessage(DEADLETTERS, { last_by_subj: subject });
    if (earlier) return { sequence: earlier.seq, earlierMs: earlier.time.getTime() };
  }
}
