import { describe, expect, it, vi } from 'vitest';

import type { HostAnswer, HostCall } from '@jobico/component';

import { withSandbox } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

const NONE: HostAnswer = { ok: true };

/** A store for one test, with revisions that count. */
function createStore(): (call: HostCall) => HostAnswer {
  const entries = new Map<string, { value: Uint8Array; revision: string }>();
  let revisions = 0;
  return (call) => {
    if (call.kind === 'kv.get') return { ok: true, value: entries.get(call.args.key) };
    if (call.kind !== 'kv.set') throw new Error('not in this test');
    const { key, value, when } = call.args;
    const revision = entries.get(key)?.revision;
    const holds = when.tag === 'always' || (when.tag === 'if-absent' ? revision === undefined : revision === when.val);
    if (!holds) return { ok: false, error: { tag: 'conflict', val: revision } };
    revisions += 1;
    entries.set(key, { value, revision: `r${revisions}` });
    return { ok: true, value: `r${revisions}` };
  };
}

describe('a job that calls the host', () => {
  it('is suspended until it has its answer: values, revisions, conditions', async () => {
    await withSandbox(
      async (box) => {
        await box.load('kv-counter', { mode: 'jspi' });
        const data = { bucket: 'counters', key: 'orders' };

        const outcomes = await box.run(...Array.from({ length: 3 }, () => ({ key: 'kv-counter', data, lane: 1 })));

        expect(outcomes.map(({ result }) => result)).toEqual([
          '{"count":1,"revision":"r1"}',
          '{"count":2,"revision":"r2"}',
          '{"count":3,"revision":"r3"}',
        ]);
        expect(box.calls[1]).toMatchObject({
          n: 1,
          kind: 'kv.set',
          args: { bucket: 'counters', key: 'orders', value: Uint8Array.of(49), when: { tag: 'if-absent' } },
        });
      },
      { answer: createStore() },
    );
  });

  it('gets every error of kv as the WIT has it', async () => {
    const errors: HostAnswer[] = [
      { ok: false, error: { tag: 'denied', val: 'no' } },
      { ok: false, error: { tag: 'too-large', val: 'no' } },
      { ok: false, error: { tag: 'conflict', val: 'r7' } },
      { ok: false, error: { tag: 'conflict' } },
      { ok: false, error: { tag: 'unavailable', val: 'no' } },
    ];
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi' });

        const [outcome] = await box.run({ key: 'kv-calls', data: errors.map(() => ['get', 'b', 'k']) });

        expect(JSON.parse(outcome?.result ?? '')).toEqual([
          { error: { tag: 'denied', val: 'no' } },
          { error: { tag: 'too-large', val: 'no' } },
          { error: { tag: 'conflict', val: 'r7' } },
          { error: { tag: 'conflict', val: null } },
          { error: { tag: 'unavailable', val: 'no' } },
        ]);
      },
      { answer: ({ callId }) => errors[callId - 1] ?? NONE },
    );
  });

  it('deletes and lists keys', async () => {
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi' });

        const [outcome] = await box.run({
          key: 'kv-calls',
          data: [
            ['delete', 'b', 'k'],
            ['keys', 'b', 'p/'],
            ['get', 'b', 'k'],
          ],
        });

        expect(outcome?.result).toBe('[{"ok":null},{"ok":["p/1","p/2"]},{"ok":null}]');
        expect(box.calls.map(({ kind }) => kind)).toEqual(['kv.delete', 'kv.keys', 'kv.get']);
      },
      { answer: ({ kind }) => (kind === 'kv.keys' ? { ok: true, value: ['p/1', 'p/2'] } : NONE) },
    );
  });

  it('sends HTTP and gets the response', async () => {
    const body = Buffer.from('pong');
    await withSandbox(
      async (box) => {
        await box.load('http-get', { mode: 'jspi' });
        const request = {
          method: 'POST',
          url: 'https://api.example.com/x',
          headers: [['accept', '*/*']],
          body: 'ping',
          timeoutMs: 500,
        };

        const outcomes = await box.run(
          { key: 'http-get', data: request },
          { key: 'http-get', data: { url: 'https://x/' } },
        );

        expect(outcomes[0]?.result).toBe('{"status":201,"headers":[["x-id","7"]],"text":"pong"}');
        expect(box.calls[0]).toMatchObject({ args: { ...request, body: Uint8Array.from(Buffer.from('ping')) } });
        expect(box.calls[1]).toMatchObject({ args: { method: 'GET', url: 'https://x/', headers: [] } });
        expect(box.calls[1]?.args).not.toHaveProperty('body');
      },
      { answer: () => ({ ok: true, value: { status: 201, headers: [['x-id', '7']], body } }) },
    );
  });

  it('raises events', async () => {
    await withSandbox(
      async (box) => {
        await box.load('emit-one', { mode: 'jspi' });

        const [outcome] = await box.run({
          key: 'emit-one',
          data: { name: 'order-priced', data: { total: 1 }, key: 'k' },
        });

        expect(outcome?.status).toBe('ok');
        expect(box.calls).toMatchObject([
          { kind: 'outbox.emit', args: { event: 'order-priced', data: '{"total":1}', key: 'k' } },
        ]);
      },
      { answer: () => NONE },
    );
  });

  it('may be refused after so many, and goes on', async () => {
    await withSandbox(
      async (box) => {
        await box.load('emit-flood', { mode: 'jspi' });

        const [outcome] = await box.run({ key: 'emit-flood', data: { events: 10_000 } });

        expect(outcome?.result).toBe('{"emitted":100,"error":{"tag":"too-large","val":"100 events"}}');
      },
      {
        answer: ({ callId }) => (callId > 100 ? { ok: false, error: { tag: 'too-large', val: '100 events' } } : NONE),
      },
    );
  });

  it('gets an error that it knows when the supervisor fails', async () => {
    await withSandbox(async (box) => {
      for (const guest of ['kv-calls', 'http-get', 'emit-one']) await box.load(guest, { mode: 'jspi' });

      const outcomes = await box.run(
        { key: 'kv-calls', data: [['get', 'b', 'k']] },
        { key: 'http-get', data: { url: 'https://x/' } },
        { key: 'emit-one', data: { name: 'x', data: 1 } },
      );

      expect(outcomes.map(({ result }) => result)).toEqual([
        '[{"error":{"tag":"unavailable","val":"the platform could not answer"}}]',
        '{"error":{"tag":"failed","val":"the platform could not answer"}}',
        '{"error":{"tag":"denied","val":"the platform could not answer"}}',
      ]);
    });
  });

  it('is refused arguments that are too large, without troubling the supervisor', async () => {
    await withSandbox(
      async (box) => {
        for (const guest of ['kv-calls', 'http-get', 'emit-one']) await box.load(guest, { mode: 'jspi' });
        const long = 'x'.repeat(5000);

        const outcomes = await box.run(
          {
            key: 'kv-calls',
            data: [
              ['get', long, 'k'],
              ['get', 'b', long],
              ['keys', 'b', long],
              ['delete', long, 'k'],
            ],
          },
          { key: 'http-get', data: { url: `https://x/${'x'.repeat(20_000)}` } },
          { key: 'http-get', data: { url: 'https://x/', headers: Array.from({ length: 200 }, () => ['a', 'b']) } },
          { key: 'emit-one', data: { name: long, data: 1 } },
        );

        expect(outcomes.flatMap(({ result }) => result?.match(/"tag":"(too-large|invalid)"/g) ?? [])).toHaveLength(7);
        expect(box.calls).toEqual([]);
      },
      { answer: () => NONE },
    );
  });

  it('means nothing by names that mean something to JavaScript', async () => {
    await withSandbox(
      async (box) => {
        await box.load('hostile-words', {
          mode: 'jspi',
          config: JSON.parse('{"__proto__": "mine"}') as Record<string, string>,
        });

        const [outcome] = await box.run({ key: 'hostile-words' });

        expect(outcome?.result).toBe('{"settings":["mine",null,null,null,null,null,null,null]}');
        expect(outcome?.logs.map(({ message }) => message).slice(0, 2)).toEqual(['__proto__', 'constructor']);
        expect(box.calls).toHaveLength(24);
        expect(box.calls[0]).toMatchObject({ kind: 'kv.get', args: { bucket: '__proto__', key: '__proto__' } });
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      },
      { answer: ({ kind }) => (kind === 'kv.keys' ? { ok: true, value: [] } : NONE) },
    );
  });

  it('gets an error that it knows when the supervisor answers something else', async () => {
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi' });
        const set = ['set', 'b', 'k', [1], { tag: 'always' }];

        const [outcome] = await box.run({ key: 'kv-calls', data: [['keys', 'b', ''], set, ['get', 'b', 'k']] });

        expect(outcome?.result?.match(/"tag":"unavailable"/g)).toHaveLength(3);
      },
      { answer: ({ kind }) => ({ ok: true, value: kind === 'kv.get' ? 'text' : undefined }) },
    );
  });
});
