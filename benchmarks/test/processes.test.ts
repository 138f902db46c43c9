import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { cpuSeconds, memoryMiB } from '../measure/processes.ts';

const BURN = 'const until = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < until);';

const PATIENT = { timeout: 30_000 };

test.runIf(process.platform === 'linux')(
  'processor time of a child that has ended counts for its parent',
  PATIENT,
  async () => {
    const before = cpuSeconds([process.pid]) ?? 0;
    await once(spawn(process.execPath, ['-e', BURN]), 'close');
    expect((cpuSeconds([process.pid]) ?? 0) - before).toBeGreaterThan(0.25);
  },
);

test.runIf(process.platform === 'linux')('memory of a process counts its children', PATIENT, async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)']);
  try {
    await once(child.stdout, 'data');
    const own = memoryMiB([child.pid ?? 0]) ?? 0;
    expect(own).toBeGreaterThan(5);
    expect(memoryMiB([process.pid]) ?? 0).toBeGreaterThan(own);
  } finally {
    child.kill();
  }
});

test('processes that have ended, or never were, use nothing', () => {
  expect(cpuSeconds([2 ** 30]) ?? 0).toBe(0);
});
