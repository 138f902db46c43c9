import { setTimeout as delay } from 'node:timers/promises';
import type { Sent } from '../check/evidence.ts';
import { TENANT } from '../package/deploy.ts';
import { payloadOf, type Planned } from './told-event.ts';

export interface Answered {
  certainty: Sent['certainty'];
  /** What came back, attempt by attempt. */
  answers: string[];
  /** Of those that were accepted, by their numbers, as far as the answer gives them. */
  ids?: Map<number, string>;
}

const TIMEOUT_MS = 15_000;
const PAUSE_MS = 250;

/** Sends a batch once, a request for each kind of event. Anything but 202 leaves open what is stored. */
export async function sendByHttp(url: string, events: readonly Planned[]): Promise<Answered> {
  const byName = Map.groupBy(events, ({ name }) => name);
  const ids = new Map<number, string>();
  const answers = await Promise.all(
    [...byName].map(([name, group]) =>
      post(`${url}/events/${TENANT}/${name}`, group.map(payloadOf), (index, id) =>
        ids.set(group[index]?.told.n ?? 0, id),
      ),
    ),
  );
  const isAccepted = answers.every((answer) => answer === 'HTTP 202');
  if (!isAccepted) await delay(PAUSE_MS);
  return { certainty: isAccepted ? 'accepted' : 'maybe', answers, ids };
}

async function post(
  url: string,
  data: readonly object[],
  onAccepted: (index: number, id: string) => unknown,
): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.status !== 202) return `HTTP ${response.status}`;
    const { accepted, events } = JSON.parse(text) as { accepted: number; events: { id: string }[] };
    if (accepted !== data.length) return `HTTP 202 for ${accepted} of ${data.length}`;
    for (const [index, { id }] of events.entries()) onAccepted(index, id);
    return 'HTTP 202';
  } catch (error) {
    return `no answer: ${error instanceof Error && error.name === 'TimeoutError' ? 'late' : 'connection lost'}`;
  }
}
