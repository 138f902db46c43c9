import { describe, expect, test } from 'vitest';
import { onStage } from './harness.ts';

const oneJob = (guest: string, grants: object = {}, timeout = 'PT1S') => ({
  id: 'p',
  queues: [{ id: 'q' }],
  jobs: [
    { event: { id: 'told', supplierqueue: 'q', runtime: 'job' }, retry: { maximumAttempts: 1 }, timeout },
    { event: { id: 'flood', supplierqueue: 'q', runtime: 'job' }, retry: { maximumAttempts: 1 } },
  ],
  runtimes: [{ id: 'job', moduleref: `${guest}.wasm` }],
  grants: { job: grants },
});

test(
  'a component that never starts fails its own events; those of another job of the tenant run',
  { timeout: 60_000 },
  () =>
    onStage(async (stage) => {
      const definition = {
        ...oneJob('starts-never'),
        queues: [{ id: 'q' }, { id: 'other' }],
        jobs: [
          ...oneJob('starts-never').jobs.slice(0, 1),
          { event: { id: 'fine', supplierqueue: 'other', runtime: 'echo' } },
        ],
        runtimes: [
          { id: 'job', moduleref: 'starts-never.wasm' },
          { id: 'echo', moduleref: 'echo.wasm' },
        ],
      };
      await stage.deploy(definition, { 'starts-never.wasm': 'starts-never', 'echo.wasm': 'echo' });
      await stage.startExecutor();
      await stage.publish('told', {});
      await stage.publish('fine', {});
      const outcomes = await stage.outcomes(2, 30_000);
      expect(outcomes.map(({ event, status, error }) => `${event.name} ${status} ${error?.code}`).toSorted()).toEqual([
        'fine ok undefined',
        'told dead platform',
      ]);
    }),
);

/** Each hostile guest, what it is sent, and what that must come to. */
const HOSTILE: [guest: string, data: object, expected: object][] = [
  ['infinite-loop', { loop: true }, { status: 'dead', error: { code: 'deadline' } }],
  ['memory-bomb', { mebibytes: 4000 }, { status: 'dead', error: { code: 'trap' } }],
  ['deep-recursion', {}, { status: 'dead', error: { code: 'trap' } }],
  [
    'big-result',
    { bytes: 10_000_000 },
    { status: 'dead', error: { code: 'trap', message: expect.stringContaining('too large') } },
  ],
  [
    'not-json',
    { result: '{' },
    { status: 'dead', error: { code: 'trap', message: expect.stringContaining('not JSON') } },
  ],
  ['throws', {}, { status: 'dead', error: { code: 'trap' } }],
  ['unreachable', {}, { status: 'dead', error: { code: 'trap' } }],
  ['starts-badly', {}, { status: 'dead', error: { code: 'platform' } }],
];

describe('a hostile job ends as documented, and the events of the tenant beside it all succeed', () => {
  test.each(HOSTILE)('%s', (guest, data, expected) =>
    onStage((neighbour) =>
      onStage(async (hostile) => {
        // Only the loop has to run into its deadline: a machine that is busy must not make the others late.
        const timeout = guest === 'infinite-loop' ? 'PT1S' : 'PT20S';
        await hostile.deploy(oneJob(guest, {}, timeout), { [`${guest}.wasm`]: guest });
        await neighbour.deploy(oneJob('echo'), { 'echo.wasm': 'echo' });
        await hostile.startExecutor();
        for (let index = 0; index < 20; index += 1) {
          if (index % 7 === 0) await hostile.publish('told', data);
          await neighbour.publish('told', { index });
        }
        const outcomes = await neighbour.outcomes(20);
        expect(outcomes.every(({ status, attempt }) => status === 'ok' && attempt === 1)).toBe(true);
        const ends = await hostile.outcomes(3);
        expect(ends).toMatchObject(Array(3).fill(expected));
        expect(await hostile.deadLetters(3)).toHaveLength(3);
      }),
    ),
  );
});

test('what a job logs beyond its limits is cut, and the job goes on', () =>
  onStage(async (stage) => {
    await stage.deploy(oneJob('log-flood', {}, 'PT10S'), { 'log-flood.wasm': 'log-flood' });
    await stage.startExecutor();
    await stage.publish('told', { lines: 100_000, length: 20 });
    const [outcome] = await stage.outcomes(1);
    expect(outcome?.status).toBe('ok');
    expect(outcome?.logs.length).toBeLessThanOrEqual(1001);
    expect(outcome?.logs.at(-1)?.message).toMatch(/more lines cut/);
  }));

test('what a job raises beyond its limits is refused to it, and the job goes on', () =>
  onStage(async (stage) => {
    await stage.deploy(oneJob('emit-flood', { emit: ['flood'] }, 'PT10S'), { 'emit-flood.wasm': 'emit-flood' });
    await stage.startExecutor();
    await stage.publish('told', { events: 10_000 });
    const [outcome] = await stage.outcomes(1);
    expect(outcome).toMatchObject({ status: 'ok', result: { emitted: 100, error: { tag: 'too-large' } } });
    expect(outcome?.emitted).toHaveLength(100);
  }));
