import type { Execution } from '@jobico/contract';
import { neutralise } from '../output/neutralise.ts';

/** How an event that was cancelled stands: the same, however often it is asked for. */
export function describeCancelled({ id, tenant, event, queue, startedAt, durationMs, error }: Execution): string {
  const at = new Date(Date.parse(startedAt) + durationMs).toISOString();
  const key = event.key === undefined ? '' : `, key ${neutralise(event.key)}`;
  return [
    `event ${neutralise(event.id)} is cancelled, since ${at}`,
    `  ${neutralise(event.name)} of queue ${tenant}/${queue}${key}: ${neutralise(error?.message ?? '')}`,
    '  nothing more is tried; where a job still runs for it, it is stopped',
    `  next: jobico execution get ${id} --tenant ${tenant}`,
  ].join('\n');
}
