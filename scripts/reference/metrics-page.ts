import { METRICS, type MetricSpec } from '@jobico/telemetry';
import { table } from './table.ts';

const INTRODUCTION = `# Metrics

<!-- Made by scripts/reference.ts from the table in libs/telemetry/src/metrics-table.ts. -->

Every module answers \`GET /metrics\` on its own port, in the text format of Prometheus: the listener beside \`/events\`, ctl beside its operations, the executor beside its \`/health\` (\`JOBICO_EXECUTOR_PORT\`). Nothing is counted anywhere else: what is not scraped costs an addition for each event or request.

How many series there are does not grow with tenants: statuses are the only labels but for \`jobico_queue_pending\`, which names the 100 fullest queues (\`JOBICO_METRICS_QUEUES\`) and sums up the others. The names of tenants are on the port of ctl alone; the listener, which strangers reach, tells none. With \`JOBICO_AUTH=tokens\` that of ctl takes the token of an admin (\`authorization: Bearer …\`, in Prometheus \`authorization: { credentials_file: … }\`).

A histogram has \`_bucket\`, \`_sum\` and \`_count\`, with bounds from 1 ms to 60 s.

For example, the part of attempts that failed in the last five minutes: \`sum(rate(jobico_executions_total{status=~"failed|dead"}[5m])) / sum(rate(jobico_executions_total[5m]))\`.`;

/** The page docs/reference/metrics.md. */
export function metricsPage(): string {
  const rows = Object.entries<MetricSpec>(METRICS).map(([name, { type, help, labels = [], module }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    module ?? 'each',
    help,
  ]);
  return `${INTRODUCTION}\n\n${table(['name', 'type', 'labels', 'module', 'what'], rows)}\n`;
}
