import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { onStage } from './harness.ts';

/** How long the service takes to answer: a request too many comes meanwhile. */
const ANSWER_MS = 100;

/** A service that begins to answer once as many requests as that wait at the same time; it remembers the most that ever did. */
async function withGate<T>(size: number, work: (origin: string, most: () => number) => Promise<T>): Promise<T> {
  const waiting: (() => void)[] = [];
  let most = 0;
  const server = createServer((_request, response) => {
    waiting.push(() => response.end('{}'));
    most = Math.max(most, waiting.length);
    if (waiting.length !== size) return;
    setTimeout(() => {
      for (const answer of waiting.splice(0)) answer();
    }, ANSWER_MS);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => most);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const waits = (origin: string, ordering: unknown, concurrency?: number) => ({
  id: 'p',
  queues: [{ id: 'q', ordering }],
  jobs: [
    {
      event: { id: 'asked', supplierqueue: 'q', runtime: 'asks' },
      timeout: 'PT10S',
      ...(concurrency && { concurrency }),
    },
  ],
  runtimes: [{ id: 'asks', moduleref: 'asks.wasm' }],
  grants: { asks: { http: [origin] } },
});

test('a job that waits for others runs for fifty keys at once, whatever its concurrency', () =>
  withGate(50, (origin, most) =>
    onStage(async (stage) => {
      await stage.deploy(waits(origin, { key: '/key' }), { 'asks.wasm': 'http-get' });
      await stage.startExecutor();
      for (let index = 0; index < 50; index += 1) await stage.publish('asked', { url: origin, key: `k${index}` });
      const outcomes = await stage.outcomes(50);
      expect(outcomes.filter(({ status }) => status === 'ok')).toHaveLength(50);
      expect(most()).toBe(50);
    }),
  ));

test("in an unordered queue as many run at once as the job's concurrency says, and no more", () =>
  withGate(5, (origin, most) =>
    onStage(async (stage) => {
      await stage.deploy(waits(origin, 'none', 5), { 'asks.wasm': 'http-get' });
      await stage.startExecutor();
      for (let index = 0; index < 20; index += 1) await stage.publish('asked', { url: origin });
      await stage.outcomes(20);
      expect(most()).toBe(5);
    }),
  ));

test.each(['none', { key: '/key' }])(
  'an event whose sandbox is ended because of another runs again at once, as its next attempt; ordering %j',
  (ordering) =>
    withGate(2, (origin, most) =>
      onStage(async (stage) => {
        const { jobs, ...rest } = waits(origin, ordering);
        await stage.deploy(
          {
            ...rest,
            jobs: [
              { ...jobs[0], retry: { maximumAttempts: 1 } },
              {
                event: { id: 'told', supplierqueue: 'q', runtime: 'loops' },
                timeout: 'PT0.3S',
                retry: { maximumAttempts: 1 },
              },
            ],
            runtimes: [...rest.runtimes, { id: 'loops', moduleref: 'loops.wasm' }],
          },
          { 'asks.wasm': 'http-get', 'loops.wasm': 'as-told' },
        );
        await stage.startExecutor();
        const id = await stage.publish('asked', { url: origin, key: 'a' });
        await expect.poll(most, { timeout: 10_000 }).toBe(1);
        await stage.publish('told', { attempts: ['loop'], key: 'b' });
        await stage.outcomes(2);
        const ofFirst = (await stage.executions()).filter(({ event }) => event.id === id);
        expect(ofFirst.map(({ attempt, status, error }) => [attempt, status, error?.code])).toEqual([
          [1, 'retry', 'interrupted'],
          [2, 'ok', undefined],
        ]);
      }),
    ),
);
