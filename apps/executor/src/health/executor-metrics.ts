import type { Execution, ExecutionStatus } from '@jobico/contract';
import type { Counter, Metrics } from '@jobico/telemetry';

/** What an executor tells of itself when it is asked. */
export interface ExecutorFacts {
  readonly sandboxes: number;
  readonly sandboxStarts: number;
  readonly queues: number;
  readonly inFlight: number;
}

/** What ctl cancels it records and counts itself. */
type Settled = Exclude<ExecutionStatus, 'cancelled'>;

/** Counts recorded outcomes: the function is called once for each. */
export function countExecutions(metrics: Metrics): (execution: Execution) => void {
  const counterOf = (status: Settled) => metrics.counter('jobico_executions_total', { status });
  const counters: Record<Settled, Counter> = {
    ok: counterOf('ok'),
    retry: counterOf('retry'),
    failed: counterOf('failed'),
    dead: counterOf('dead'),
  };
  const duration = metrics.histogram('jobico_execution_duration_seconds');
  const waited = metrics.histogram('jobico_execution_waited_seconds');
  return ({ status, durationMs, waitedMs }) => {
    if (status === 'cancelled') return;
    counters[status].value += 1;
    duration.observe(durationMs);
    waited.observe(waitedMs);
  };
}

export function tellExecutor(metrics: Metrics, facts: ExecutorFacts): void {
  metrics.read('jobico_sandboxes', () => facts.sandboxes);
  metrics.read('jobico_sandbox_starts_total', () => facts.sandboxStarts);
  metrics.read('jobico_executor_queues', () => facts.queues);
  metrics.read('jobico_executor_in_flight', () => facts.inFlight);
}
