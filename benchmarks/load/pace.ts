import { bodyOf } from '../order/order.ts';
import { nowMs } from './clock.ts';
import { requestOf, type Connections } from './connections.ts';
import type { LoadAnswer, LoadRequest } from './requests.ts';
import { sendSteadily } from './steady.ts';

type Pace = Extract<LoadRequest, { kind: 'pace' }>;

/** Sends one order a request at a steady rate. */
export async function pace(connections: Connections, { url, from, count, perSecond }: Pace): Promise<LoadAnswer> {
  const target = new URL(url);
  const sentAtMs = new Float64Array(count);
  const startedAtMs = nowMs();
  await sendSteadily({ count, perSecond }, (index) => {
    sentAtMs[index] = nowMs();
    return connections.post(requestOf(target, bodyOf(from + index, 1)));
  });
  return { startedAtMs, endedAtMs: nowMs(), sentAtMs };
}
