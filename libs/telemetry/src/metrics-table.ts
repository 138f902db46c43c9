/** What a module measures. */
export interface MetricSpec {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels?: readonly string[];
  /** Who has it; left out, every module. */
  module?: string;
}

/** Every metric that `/metrics` has; docs/reference/metrics.md is made from it. Times are in seconds. */
export const METRICS = {
  jobico_build_info: { type: 'gauge', help: 'Always 1; what runs', labels: ['module', 'version'] },
  jobico_nats_connected: { type: 'gauge', help: '1 while NATS is there' },
  jobico_nats_reconnects_total: { type: 'counter', help: 'Times that the connection to NATS came back' },
  jobico_definitions_revision: { type: 'gauge', help: 'Revision of the definitions that the module has applied' },
  jobico_event_loop_delay_seconds: {
    type: 'gauge',
    help: 'How late timers fire, since the scrape before',
    labels: ['quantile'],
  },
  process_resident_memory_bytes: { type: 'gauge', help: 'Memory of the process, without its sandboxes' },
  process_cpu_seconds_total: { type: 'counter', help: 'Processor time of the process, without its sandboxes' },
  process_start_time_seconds: { type: 'gauge', help: 'When the process started, since 1970' },
  jobico_http_requests_total: {
    type: 'counter',
    help: 'Requests answered, 429 among them',
    labels: ['status'],
    module: 'listener, ctl',
  },
  jobico_http_request_duration_seconds: {
    type: 'histogram',
    help: 'From a request to its answer',
    module: 'listener, ctl',
  },
  jobico_executions_total: {
    type: 'counter',
    help: 'Attempts whose outcome is recorded; those that were cancelled by ctl',
    labels: ['status'],
    module: 'executor, ctl',
  },
  jobico_execution_duration_seconds: { type: 'histogram', help: 'What an attempt took in its job', module: 'executor' },
  jobico_execution_waited_seconds: {
    type: 'histogram',
    help: 'From when an event could run to when it did',
    module: 'executor',
  },
  jobico_sandboxes: { type: 'gauge', help: 'Sandbox processes that serve a tenant', module: 'executor' },
  jobico_sandbox_starts_total: { type: 'counter', help: 'Sandbox processes started', module: 'executor' },
  jobico_executor_queues: { type: 'gauge', help: 'Ordered queues that this executor has', module: 'executor' },
  jobico_executor_in_flight: { type: 'gauge', help: 'Events delivered here and not settled', module: 'executor' },
  jobico_queue_pending: {
    type: 'gauge',
    help: 'Events of a queue that are not settled; all those beyond the bound as tenant and queue _other',
    labels: ['tenant', 'queue'],
    module: 'ctl',
  },
  jobico_queues: { type: 'gauge', help: 'Queues that exist', module: 'ctl' },
  jobico_dead_letters: { type: 'gauge', help: 'Dead letters that are kept', module: 'ctl' },
  jobico_storage_bytes: { type: 'gauge', help: 'What JetStream holds', module: 'ctl' },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type MetricName = keyof typeof METRICS;
