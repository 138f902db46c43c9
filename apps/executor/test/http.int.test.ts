import { describe, expect, test } from 'vitest';
import { onStage, type Stage } from './harness.ts';
import { serve } from './http-stage.ts';

/** One job that sends the request its event tells, and answers what came of it. */
function fetcher(http: string[] | undefined, job: object = {}) {
  return {
    id: 'p',
    queues: [{ id: 'q', ordering: 'none' }],
    jobs: [{ event: { id: 'told', supplierqueue: 'q', runtime: 'http-get' }, retry: { maximumAttempts: 1 }, ...job }],
    runtimes: [{ id: 'http-get', moduleref: 'http-get.wasm' }],
    ...(http && { grants: { 'http-get': { http } } }),
  };
}

/** Deploys it, starts an executor, and gives the results of these requests in their order. */
async function resultsOf(stage: Stage, definition: object, requests: readonly object[]): Promise<unknown[]> {
  await stage.deploy(definition, { 'http-get.wasm': 'http-get' });
  await stage.startExecutor();
  const ids: string[] = [];
  for (const request of requests) ids.push(await stage.publish('told', request));
  const outcomes = await stage.outcomes(ids.length);
  return ids.map((id) => outcomes.find(({ event }) => event.id === id)?.result);
}

describe('a guest', () => {
  test('sends what its package grants and gets the response; what it does not is refused to it', () =>
    onStage(async (stage) => {
      await using server = await serve((request, response) => {
        response.statusCode = request.url === '/gone' ? 410 : 200;
        request.pipe(response.setHeader('x-method', request.method ?? ''));
      });
      const origin = `http://127.0.0.1:${server.port}`;
      const results = await resultsOf(stage, fetcher([origin]), [
        { method: 'POST', url: `${origin}/a`, body: 'hello' },
        { url: `${origin}/gone` },
        { url: 'http://169.254.169.254/latest/meta-data/' },
        { url: `http://localhost:${server.port}/` },
        { url: origin, headers: [['x', 'a\r\nb: c']] },
        { url: origin, headers: [['Host', 'other.example']] },
      ]);
      expect(results).toMatchObject([
        { status: 200, text: 'hello', headers: expect.arrayContaining([['x-method', 'POST']]) as unknown },
        { status: 410, text: '' },
        { error: { tag: 'denied', val: 'http://169.254.169.254 is not granted' } },
        { error: { tag: 'denied', val: `http://localhost:${server.port} is not granted` } },
        { error: { tag: 'invalid', val: 'header x has a character that headers cannot carry' } },
        { error: { tag: 'invalid', val: "header host is the platform's to set" } },
      ]);
      expect(server.seen.map(({ url }) => url)).toEqual(expect.arrayContaining(['/a', '/gone']));
      expect(server.seen).toHaveLength(2);
    }));

  test('whose package grants no host gets none', () =>
    onStage(async (stage) => {
      await using server = await serve((_request, response) => response.end());
      const requests = [{ url: `http://127.0.0.1:${server.port}/` }];
      const [result] = await resultsOf(stage, fetcher(undefined), requests);
      expect(result).toMatchObject({ error: { tag: 'denied' } });
      expect(server.seen).toEqual([]);
    }));

  test('is told of its own time-out and of a response that is too large, and goes on', () =>
    onStage(async (stage) => {
      await using server = await serve((request, response) => {
        if (request.url === '/large') response.end(Buffer.alloc((4 << 20) + 1));
      });
      const origin = `http://127.0.0.1:${server.port}`;
      const results = await resultsOf(stage, fetcher([origin]), [
        { url: origin, timeoutMs: 50 },
        { url: `${origin}/large` },
      ]);
      expect(results).toEqual([{ error: { tag: 'timeout' } }, { error: { tag: 'too-large' } }]);
    }));

  test('that outlasts its deadline leaves no connection behind', () =>
    onStage(async (stage) => {
      await using server = await serve(() => undefined);
      const origin = `http://127.0.0.1:${server.port}`;
      const definition = fetcher([origin], { timeout: 'PT0.3S', retry: { maximumAttempts: 1 } });
      await resultsOf(stage, definition, [{ url: origin, timeoutMs: 60_000 }]);
      expect(server.seen).toHaveLength(1);
      await expect.poll(() => server.connections()).toBe(0);
    }));

  test('whose sandbox is ended leaves no connection behind', () =>
    onStage(async (stage) => {
      await using server = await serve(() => undefined);
      const origin = `http://127.0.0.1:${server.port}`;
      await stage.deploy(fetcher([origin]), { 'http-get.wasm': 'http-get' });
      const executor = await stage.startExecutor({ graceMs: 1 });
      await stage.publish('told', { url: origin });
      await expect.poll(() => server.seen.length, { timeout: 10_000 }).toBe(1);
      await executor.stop();
      expect(server.connections()).toBe(0);
    }));
});

test('as many events as the job allows wait for a server side by side, in one sandbox', () =>
  onStage(async (stage) => {
    const held: (() => void)[] = [];
    await using server = await serve((_request, response) => {
      held.push(() => response.end('ok'));
      // Nobody is answered before all have asked.
      if (held.length === 50) for (const release of held) release();
    });
    const origin = `http://127.0.0.1:${server.port}`;
    const results = await resultsOf(
      stage,
      fetcher([origin], { concurrency: 50 }),
      Array.from({ length: 50 }, () => ({ url: origin })),
    );
    expect(results.every((result) => (result as { text: string }).text === 'ok')).toBe(true);
  }));
