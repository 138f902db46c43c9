// Does the calls it is given, one after the other, and answers with what came of each.
import * as kv from 'jobico:job/kv@0.1.0';

function plain(value) {
  if (value === null || value === undefined) return null;
  if (value.value !== undefined) return { length: value.value.length, revision: value.revision };
  return value;
}

export const handler = {
  handle(event) {
    const calls = JSON.parse(event.data);
    const answers = calls.map(([name, ...args]) => {
      if (name === 'set') args[2] = new Uint8Array(args[2]);
      try {
        return { ok: plain(kv[name](...args)) };
      } catch (error) {
        return { error: error.payload ?? error };
      }
    });
    return JSON.stringify(answers);
  },
};
