// Goes through the steps of its event: `{log}` writes a line, `{lines}` as many, `{get}` waits for a key of the bucket
// `notes`, `{fetch}` for the response of a URL, `{spinMs}` keeps the thread.
import { write } from 'jobico:job/log@0.1.0';
import { get } from 'jobico:job/kv@0.1.0';
import { send } from 'jobico:job/http@0.1.0';

function spin(milliseconds) {
  const until = Date.now() + milliseconds;
  while (Date.now() < until);
}

export const handler = {
  handle(event) {
    for (const { log, lines = 0, get: key, fetch: url, spinMs } of JSON.parse(event.data)) {
      if (log !== undefined) write('info', log);
      for (let line = 0; line < lines; line += 1) write('info', `line ${line}`);
      if (key !== undefined) get('notes', key);
      if (url !== undefined) send({ method: 'GET', url, headers: [], body: null, timeoutMs: null });
      if (spinMs !== undefined) spin(spinMs);
    }
    return null;
  },
};
