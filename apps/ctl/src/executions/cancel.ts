import type { Execution } from '@jobico/contract';
import { cancelEvent, type Definitions, type Nats } from '@jobico/messaging';
import type { Metrics } from '@jobico/telemetry';
import type { Handlers } from '../operations.ts';

export interface CancelDeps {
  nats: Nats;
  definitions: Definitions;
  /** This process, as records name it. */
  node: string;
  /** Called for each event that is cancelled here. */
  onCancelled?: ((execution: Execution) => void) | undefined;
}

export function createCancel({ nats, definitions, node, onCancelled }: CancelDeps): Handlers['execution.cancel'] {
  return async ({ tenant, execution: id }, { caller }) => {
    const { execution, isNew } = await cancelEvent(nats, {
      tenant,
      id,
      node,
      ...(caller.token !== undefined && { by: `token ${caller.token}` }),
      declared: (event) => definitions.event(tenant, event),
    });
    if (isNew) onCancelled?.(execution);
    return execution;
  };
}

/** Counts what ctl itself records: the function is called once for each. */
export function countCancelled(metrics: Metrics): () => void {
  const counter = metrics.counter('jobico_executions_total', { status: 'cancelled' });
  return () => void (counter.value += 1);
}
