import { expect, test } from 'vitest';
import type { Finding } from '../questions/round.ts';
import type { Throughput } from '../questions/throughput.ts';
import { summarise } from '../report/summary.ts';
import { coldStartLine, latencyLines, ratioLines, tableOf } from '../report/table.ts';
import type { SubjectName } from '../subjects/subject.ts';

const throughput = (endToEndPerSecond: number, cpu?: Record<string, number>): Throughput => ({
  events: 1000,
  acceptedPerSecond: 2 * endToEndPerSecond,
  endToEndPerSecond,
  cpuSecondsPer1000: cpu,
  othersShare: undefined,
});

const finding = (subject: Finding['subject'], single: number, cpu?: Record<string, number>): Finding => ({
  subject,
  latency: { events: 1000, p50Ms: 1, p99Ms: 2, othersShare: undefined },
  single: throughput(single, cpu),
  bulk: throughput(10 * single, cpu),
  memoryMiB: cpu && { listener: 100, executor: 50 },
});

test("a ratio is the median of a subject's end to end rates over the median of the bound's", () => {
  const summaries = summarise([
    ...[900, 1000, 5000].map((rate) => finding('plain', rate)),
    ...[2000, 2500, 1900].map((rate) => finding('joined', rate)),
    ...[10, 400, 500].map((rate) => finding('strict', rate)),
    ...[700, 800, 900].map((rate) => finding('keyed', rate)),
  ]);
  expect(ratioLines(summaries).split('\n')).toEqual([
    'ratio single: 0.40',
    'ratio bulk: 0.40',
    'ratio joined single: 0.20',
    'ratio joined bulk: 0.20',
    'ratio cpu single: not measured',
    'ratio cpu bulk: not measured',
    'with 100 keys: ratio single: 0.80',
    'with 100 keys: ratio bulk: 0.80',
    'with 100 keys: ratio joined single: 0.40',
    'with 100 keys: ratio joined bulk: 0.40',
    'with 100 keys: ratio cpu single: not measured',
    'with 100 keys: ratio cpu bulk: not measured',
  ]);
});

test('processor time and memory are summed over the processes, and said not to be measured where they were not', () => {
  const [plain, joined, strict] = summarise([
    finding('plain', 1000, { front: 0.3, worker: 0.2 }),
    finding('joined', 2000),
    finding('strict', 500, { listener: 0.1, executor: 0.3 }),
    finding('keyed', 500),
  ]);
  expect(strict?.single.cpuSecondsPer1000).toBeCloseTo(0.4);
  expect(strict?.single.cpuOfPlain).toBeCloseTo(0.8);
  expect(strict?.memoryMiB).toBe(150);
  expect(joined?.memoryMiB).toBeUndefined();
  expect(tableOf(joined ? [joined] : [])).toMatch(/^joined +4,000 +2,000 +2\.00 +1\.00 +not measured +not measured$/m);
  expect(plain?.single.cpuOfPlain).toBe(1);
});

test('the latencies stand beside those of the bounds', () => {
  const summaries = summarise(['plain', 'joined', 'strict', 'keyed'].map((name) => finding(name as SubjectName, 1)));
  expect(latencyLines(summaries).split('\n')).toEqual([
    'p50/p99 plain: 1.0 / 2.0 ms',
    'p50/p99 joined: 1.0 / 2.0 ms',
    'p50/p99 Jobico, strict: 1.0 / 2.0 ms',
    'p50/p99 Jobico, 100 keys: 1.0 / 2.0 ms',
  ]);
});

test('the cold start is the median over the jobs, with the best and the worst', () => {
  expect(coldStartLine({ tookMs: [140, 90, 300], medianMs: 140, othersShare: 0 })).toBe(
    'cold start: 140 ms, from 90 to 300 ms over 3 jobs',
  );
});
