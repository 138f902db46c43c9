import { bodyOf } from '../order/order.ts';
import { nowMs } from './clock.ts';
import { requestOf, type Connections } from './connections.ts';
import type { LoadAnswer, LoadRequest } from './requests.ts';
import { atSteadyRate } from './steady.ts';

type Pace = Extract<LoadRequest, { kind: 'pace' }>;

/** Sends one order a request at a steady rate. */
export async function pace(connections: Connections, { url, from, count, perSecond }: Pace): Promise<LoadAnswer> {
  const target = new URL(url);
  const sentAtMs = new Float64Array(count);
  const startedAtMs = nowMs();
  await atSteadyRate({ count, perSecond }, (index) => {
    const request = requestOf(target, bodyOf(from + index, 1));
    sentAtMs[index] = nowMs();
    return connections.post(request);
  });
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs };
}
