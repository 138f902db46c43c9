// Writes `lines` lines of `length` characters, then one more.
import { write } from 'jobico:job/log@0.1.0';

export const handler = {
  handle(event) {
    const { lines, length, levels = ['info'] } = JSON.parse(event.data);
    for (let line = 0; line < lines; line += 1) write(levels[line % levels.length], `${line} `.padEnd(length, 'é'));
    write('error', 'the end');
    return null;
  },
};
