import { nowMs } from './clock.ts';
import { CONNECTIONS, requestOf, type Connections } from './connections.ts';
import type { LoadAnswer, LoadRequest } from './requests.ts';
import { atSteadyRate } from './steady.ts';

type Turns = Extract<LoadRequest, { kind: 'turns' }>;
type Pour = Extract<LoadRequest, { kind: 'pour' }>;

/** Sends to each target in its turn at a steady rate. */
export async function takeTurns(connections: Connections, request: Turns): Promise<LoadAnswer> {
  const next = inTurn(request);
  const startedAtMs = nowMs();
  await atSteadyRate(request, (index) => connections.post(next(index)));
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs: new Float64Array() };
}

/** Each connection sends its next request when it has the answer to the one before. */
export async function pour(connections: Connections, request: Pour): Promise<LoadAnswer> {
  const next = inTurn(request);
  let sent = 0;
  const connection = async () => {
    while (sent < request.count) await connections.post(next(sent++));
  };
  const startedAtMs = nowMs();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs: new Float64Array() };
}

function inTurn({ url, targets }: Turns | Pour): (index: number) => Buffer {
  const requests = targets.map(({ path, body }) => requestOf(new URL(path, url), body));
  return (index) => {
    const request = requests[index % requests.length];
    if (!request) throw new Error('there is no target');
    return request;
  };
}
