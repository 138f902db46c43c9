import { countAnswers, createMetrics, createModuleMetrics, METRICS } from '@jobico/telemetry';
import { expect, test } from 'vitest';

const LINE = /^([a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z]+="(?:[^"\\\n]|\\[\\"n])*")*\})? (-?[\d.e+-]+)$/;

test('what is counted, measured and read is told in the text format of Prometheus', async () => {
  const metrics = createMetrics();
  metrics.counter('jobico_executions_total', { status: 'ok' }).value += 2;
  metrics.counter('jobico_executions_total', { status: 'dead' }).value += 1;
  metrics.read('jobico_queue_pending', () => [{ labels: { tenant: 'a"\\\n', queue: 'q' }, value: 3 }]);
  metrics.read('jobico_dead_letters', () => Promise.reject(new Error('NATS is away')));
  expect(await metrics.text())
    .toBe(`# HELP jobico_executions_total Attempts whose outcome is recorded; those that were cancelled by ctl
# TYPE jobico_executions_total counter
jobico_executions_total{status="ok"} 2
jobico_executions_total{status="dead"} 1
# HELP jobico_queue_pending ${METRICS.jobico_queue_pending.help}
# TYPE jobico_queue_pending gauge
jobico_queue_pending{tenant="a\\"\\\\\\n",queue="q"} 3
`);
});

test('a histogram counts each time in all buckets that reach as far', async () => {
  const metrics = createMetrics();
  const times = metrics.histogram('jobico_execution_duration_seconds');
  for (const ms of [0.5, 1, 60, 99_999]) times.observe(ms);
  const text = await metrics.text();
  expect(text).toContain('_bucket{le="0.001"} 2\n');
  expect(text).toContain('_bucket{le="0.05"} 2\n');
  expect(text).toContain('_bucket{le="0.1"} 3\n');
  expect(text).toContain('_bucket{le="60"} 3\n');
  expect(text).toContain('_bucket{le="+Inf"} 4\n');
  expect(text).toContain('jobico_execution_duration_seconds_sum 100.0605\n');
  expect(text).toContain('jobico_execution_duration_seconds_count 4\n');
});

test('a module tells of itself, and every line is well formed', async () => {
  let onReconnect = (): void => undefined;
  const metrics = createModuleMetrics({
    module: 'listener',
    version: '1.2.3',
    isConnected: () => true,
    onReconnect: (listener) => void (onReconnect = listener),
    definitionsRevision: () => 7,
  });
  onReconnect();
  const count = countAnswers(metrics);
  count(202, 3);
  count(202, 4);
  count(429, 1);
  const text = await metrics.text();
  metrics.stop();
  const lines = text
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
  expect(lines).toEqual(
    expect.arrayContaining([
      'jobico_build_info{module="listener",version="1.2.3"} 1',
      'jobico_nats_connected 1',
      'jobico_nats_reconnects_total 1',
      'jobico_definitions_revision 7',
      'jobico_http_requests_total{status="202"} 2',
      'jobico_http_requests_total{status="429"} 1',
    ]),
  );
});
