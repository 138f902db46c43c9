import { expect, test } from 'vitest';
import type { Finding } from '../questions/round.ts';
import type { Throughput } from '../questions/throughput.ts';
import { summarise } from '../report/summary.ts';
import { ratioLines, tableOf } from '../report/table.ts';

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
    ...[900, 1000, 5000].map((rate) => finding('bound', rate)),
    ...[10, 400, 500].map((rate) => finding('strict', rate)),
    ...[700, 800, 900].map((rate) => finding('keyed', rate)),
  ]);
  expect(ratioLines(summaries)).toBe('ratio single: 0.40\nratio bulk: 0.40\nwith 100 keys: single 0.80, bulk 0.80');
});

test('processor time and memory are summed over the processes, and said not to be measured where they were not', () => {
  const [bound, strict] = summarise([
    finding('bound', 1000),
    finding('strict', 500, { listener: 0.1, executor: 0.3 }),
    finding('keyed', 500),
  ]);
  expect(strict?.single.cpuSecondsPer1000).toBeCloseTo(0.4);
  expect(strict?.memoryMiB).toBe(150);
  expect(bound?.memoryMiB).toBeUndefined();
  expect(tableOf(bound ? [bound] : [])).toMatch(/^bound +2,000 +1,000 +1\.00 +not measured$/m);
});
