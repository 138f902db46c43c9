import { LIMITS } from '@jobico/contract';
import type { DeadLetterBody } from '../outcomes/settle.ts';

/** Characters of an error's message: a path in it may be as long as the payload. */
const MAX_SHOWN = 1000;

/** What is kept of an event whose dead letter no message can hold. It says where the payload is to be found. */
export function withoutPayload({ faults: _faults, ...letter }: DeadLetterBody): DeadLetterBody {
  const { queue, sequence, error } = letter;
  const { key, ...event } = letter.event;
  const where = `its payload is too large for a dead letter and stands in queue ${queue} at sequence ${sequence}`;
  return {
    ...letter,
    event: { ...event, ...(key !== undefined && key.length <= LIMITS.keyLength && { key }) },
    error: { ...error, message: `${error.message.slice(0, MAX_SHOWN)} (${where})` },
    data: null,
    isLeftOut: true,
  };
}
