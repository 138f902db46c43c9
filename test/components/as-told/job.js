// Ends each attempt as its event says: `attempts: ["retry", "ok"]`, the last one for all that follow. `emit` raises an
// event on the way, `log` writes lines.
import { write } from 'jobico:job/log@0.1.0';
import { emit } from 'jobico:job/outbox@0.1.0';

export const handler = {
  handle(event) {
    const { attempts = ['ok'], log = [], emit: raised } = JSON.parse(event.data);
    for (const line of log) write('info', line);
    if (raised) emit(raised.event, JSON.stringify(raised.data), null);
    const told = attempts[Math.min(event.attempt, attempts.length) - 1];
    if (told === 'retry' || told === 'permanent') throw { tag: told, val: 'as told' };
    if (told === 'trap') throw new Error('as told');
    for (;;) if (told !== 'loop') break;
    return JSON.stringify({ id: event.id, attempt: event.attempt });
  },
};
