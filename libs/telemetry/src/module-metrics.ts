import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createMetrics, type Counter, type Metrics } from './metrics.ts';

const SECOND_NS = 1e9;
const QUANTILES = [50, 99, 100];
/** A timer fires as often; what is measured is from one firing to the next. */
const LOOK_MS = 20;
const LOOK_NS = LOOK_MS * 1e6;

/** What this module needs to be told by its surroundings. */
export interface ModuleFacts {
  module: string;
  version: string;
  isConnected: () => boolean;
  onReconnect: (listener: () => void) => unknown;
  definitionsRevision: () => number;
}

export interface ModuleMetrics extends Metrics {
  stop(): void;
}

/** The metrics of a module, with those that every module has. */
export function createModuleMetrics(facts: ModuleFacts): ModuleMetrics {
  const metrics = createMetrics();
  const { module, version } = facts;
  metrics.read('jobico_build_info', () => [{ labels: { module, version }, value: 1 }]);
  metrics.read('jobico_nats_connected', () => (facts.isConnected() ? 1 : 0));
  metrics.read('jobico_definitions_revision', facts.definitionsRevision);
  const reconnects = metrics.counter('jobico_nats_reconnects_total');
  facts.onReconnect(() => (reconnects.value += 1));
  metrics.read('process_resident_memory_bytes', () => process.memoryUsage.rss());
  metrics.read('process_cpu_seconds_total', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  const startedAt = Date.now() / 1000 - process.uptime();
  metrics.read('process_start_time_seconds', () => startedAt);
  const delay = monitorEventLoopDelay({ resolution: LOOK_MS });
  delay.enable();
  metrics.read('jobico_event_loop_delay_seconds', () => {
    const samples = QUANTILES.map((percent) => ({
      labels: { quantile: String(percent / 100) },
      value: delay.count > 0 ? Math.max(0, delay.percentile(percent) - LOOK_NS) / SECOND_NS : 0,
    }));
    delay.reset();
    return samples;
  });
  return { ...metrics, stop: () => void delay.disable() };
}

/** Counts the answers of an HTTP server: a function to be called after each. */
export function countAnswers(metrics: Metrics): (status: number, elapsedMs: number) => void {
  const duration = metrics.histogram('jobico_http_request_duration_seconds');
  const byStatus: (Counter | undefined)[] = [];
  return (status, elapsedMs) => {
    const counter = (byStatus[status] ??= metrics.counter('jobico_http_requests_total', { status: String(status) }));
    counter.value += 1;
    duration.observe(elapsedMs);
  };
}
