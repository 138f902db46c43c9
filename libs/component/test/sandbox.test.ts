import { describe, expect, it, vi } from 'vitest';

import { withSandbox } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

describe.each(['sync', 'jspi'] as const)('an event in a sandbox, mode %s', (mode) => {
  it('reaches the job as it is, and its result comes back', async () => {
    await withSandbox(async (box) => {
      await box.load('echo', { mode });

      const [keyed] = await box.run({ key: 'echo', data: { a: 'ü€💥' }, eventKey: 'k', attempt: 3 });
      const [plain] = await box.run({ key: 'echo', data: 1 });

      expect(keyed).toMatchObject({ status: 'ok', logs: [] });
      expect(JSON.parse(keyed?.result ?? '')).toEqual({
        id: 'event-1',
        tenant: 'acme',
        name: 'order-placed',
        key: 'k',
        time: '2030-01-01T00:00:00.000Z',
        attempt: 3,
        data: '{"a":"ü€💥"}',
      });
      expect(JSON.parse(plain?.result ?? '')).toMatchObject({ key: null, data: '1' });
    });
  });

  it('finds the configuration, writes a log, and is measured', async () => {
    await withSandbox(async (box) => {
      await box.load('sum-order', { mode, config: { currency: 'EUR' } });
      const before = Date.now();
      const order = { id: 'o-1', lines: [{ price: 2.5, quantity: 4 }] };

      const [outcome] = await box.run({ key: 'sum-order', data: order });

      expect(outcome?.result).toBe('{"id":"o-1","total":10,"currency":"EUR"}');
      expect(outcome?.logs).toEqual([{ time: expect.any(Number), level: 'info', message: 'order o-1: 1 lines' }]);
      expect(outcome?.startedAt).toBeGreaterThanOrEqual(before);
      expect(outcome?.startedAt).toBeLessThanOrEqual(Date.now());
      expect(outcome?.durationMs).toBeGreaterThan(0);
      expect(outcome?.memoryBytes).toBeGreaterThan(65_536);
    });
  });

  it('ends as the job declares: retry or permanent', async () => {
    await withSandbox(async (box) => {
      await box.load('retry-once', { mode });
      await box.load('permanent', { mode });

      const outcomes = await box.run({ key: 'retry-once' }, { key: 'retry-once', attempt: 2 }, { key: 'permanent' });

      expect(outcomes).toMatchObject([
        { status: 'retry', message: 'not yet' },
        { status: 'ok', result: '{"attempt":2}' },
        { status: 'permanent', message: 'no such order: event-3' },
      ]);
    });
  });

  it('ends in a trap when the job throws, with what it threw', async () => {
    await withSandbox(async (box) => {
      await box.load('throws', { mode });

      const outcomes = await box.run(
        { key: 'throws' },
        { key: 'throws', data: { thrown: 'a text' } },
        { key: 'throws', data: { thrown: { tag: 'ok', val: 'a false tag' } } },
        { key: 'throws', data: { thrown: null } },
      );

      expect(outcomes.map(({ status }) => status)).toEqual(['trap', 'trap', 'trap', 'trap']);
      expect(outcomes[0]?.message).toContain('something unforeseen');
      expect(outcomes[0]?.message).toContain('at handle');
    });
  });

  it('ends in a trap when the job recurses without an end, hits unreachable, or lies about its memory', async () => {
    await withSandbox(async (box) => {
      for (const guest of ['deep-recursion', 'unreachable', 'lies-about-memory', 'echo'])
        await box.load(guest, { mode });

      const outcomes = await box.run(
        { key: 'deep-recursion' },
        { key: 'unreachable' },
        { key: 'lies-about-memory' },
        { key: 'deep-recursion', data: { depth: 10 } },
        { key: 'echo' },
      );

      expect(outcomes.map(({ status }) => status)).toEqual(['trap', 'trap', 'trap', 'ok', 'ok']);
      expect(outcomes[0]?.message).toContain('call stack');
      expect(outcomes[1]?.message).toContain('unreachable');
    });
  });

  it('ends in a trap when the result is no JSON, too large, or too deep', async () => {
    await withSandbox(async (box) => {
      await box.load('not-json', { mode, limits: { resultBytes: 1000 } });
      const results = ['{', '', 'undefined', 'x'.repeat(1001), '['.repeat(257) + ']'.repeat(257), '"\\ud800'];

      const outcomes = await box.run(...results.map((result) => ({ key: 'not-json', data: { result } })));

      expect(outcomes.map(({ status }) => status)).toEqual(results.map(() => 'trap'));
      expect(outcomes.map(({ message }) => message)).toEqual([
        'the result is not JSON',
        'the result is not JSON',
        'the result is not JSON',
        'the result is too large: more than 1000 bytes',
        'the result is nested more than 256 deep',
        'the result is not JSON',
      ]);
    });
  });

  it('may have no result, null, or text with brackets', async () => {
    await withSandbox(async (box) => {
      await box.load('not-json', { mode });
      const brackets = JSON.stringify('[{"\\'.repeat(1000));

      const outcomes = await box.run(
        { key: 'not-json', data: { result: null } },
        { key: 'not-json', data: { result: 'null' } },
        { key: 'not-json', data: { result: brackets } },
      );

      expect(outcomes.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
      expect(outcomes.map(({ result }) => result)).toEqual([undefined, 'null', brackets]);
    });
  });

  it('cannot give back 50 MB: the sandbox lives on', async () => {
    await withSandbox(async (box) => {
      await box.load('big-result', { mode });

      const outcomes = await box.run(
        { key: 'big-result', data: { bytes: 50_000_000 } },
        { key: 'big-result', data: { bytes: 1 << 20 } },
      );

      expect(outcomes[0]).toMatchObject({ status: 'trap' });
      expect(outcomes[1]).toMatchObject({ status: 'ok' });
      expect(outcomes[1]?.result).toHaveLength(1 << 20);
    });
  });
});

describe('a log', () => {
  it('is cut at its limits, with a line that says how much', async () => {
    await withSandbox(async (box) => {
      await box.load('log-flood', { limits: { logLines: 10, logBytes: 1000 } });

      const [manyLines] = await box.run({ key: 'log-flood', data: { lines: 100_000, length: 10 } });
      const [longLines] = await box.run({ key: 'log-flood', data: { lines: 5, length: 900 } });

      expect(manyLines).toMatchObject({ status: 'ok', logsCut: true });
      expect(manyLines?.logs).toHaveLength(11);
      expect(manyLines?.logs[0]?.message).toMatch(/^0 é+$/);
      expect(manyLines?.logs.at(-1)?.message).toBe('… 99991 more lines cut');
      expect(longLines?.logs.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^0 é+$/),
        '… 5 more lines cut',
      ]);
      expect(Buffer.byteLength(longLines?.logs[0]?.message ?? '')).toBeLessThanOrEqual(1000);
    });
  });

  it('is not cut by a job that stays within them', async () => {
    await withSandbox(async (box) => {
      await box.load('log-flood', { limits: { logLines: 10 } });
      const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

      const [outcome] = await box.run({ key: 'log-flood', data: { lines: 6, length: 1, levels } });

      expect(outcome?.logsCut).toBeUndefined();
      expect(outcome?.logs.map(({ level }) => level)).toEqual([...levels, 'error']);
    });
  });
});
