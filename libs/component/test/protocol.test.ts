/** A supervisor believes nothing: whatever a sandbox says that does not fit ends it, and nothing of it gets through. */
import { describe, expect, it, vi } from 'vitest';

import { packArtifact } from '@jobico/component';
import type { ComponentLimits, Sandbox, SandboxOptions } from '@jobico/component';

import { ProcessSandbox } from '../src/sandbox/process-sandbox.ts';
import { FROM_SANDBOX, STATUSES } from '../src/sandbox/wire.ts';
import { until, withSandbox } from './harness.ts';
import type { Box } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

const { ready, loaded, notLoaded, entered, call, done, several, logged } = FROM_SANDBOX;
const [OK, RETRY, PERMANENT, TRAP, SKIPPED] = STATUSES.keys();

/** Starts the program that says what it is told, in place of a sandbox. */
async function startPuppet(options: SandboxOptions): Promise<Sandbox> {
  const puppet = new ProcessSandbox(options, new URL('programs/speaks-as-told.mjs', import.meta.url));
  await puppet.ready;
  return puppet;
}

async function withPuppet(
  test: (box: Box) => Promise<void>,
  options: Partial<SandboxOptions> = {},
  changed: Partial<ComponentLimits> = {},
): Promise<void> {
  const empty = { source: '', modules: new Map<string, Uint8Array>() };
  const artifact = packArtifact({ sync: empty, jspi: empty });
  const limits = { logLines: 2, logBytes: 100, resultBytes: 1000, ...changed };
  const load = async (box: Box): Promise<void> => {
    await box.sandbox.load({ key: 'job', artifact, mode: 'jspi', config: {}, limits });
    await test(box);
  };
  await withSandbox(load, { ...options, start: startPuppet, answer: () => new Promise(() => {}) });
}

const say = (...messages: unknown[]): object[] => messages.map((message) => ({ deed: 'say', message }));

/** When lines of an event that runs may be told. */
const later = (message: unknown): object[] => [{ deed: 'later', message }];

/** The event that the puppet gets is number 1. */
const honest = [done, 1, OK, '{}', [], 0, 1, 1, 65_536];

const violations: [what: string, deeds: object[]][] = [
  ['no array', say({ done: 1 })],
  ['no JSON', say('{')],
  ['an empty array', say([])],
  ['an unknown operation', say([99, 1])],
  ['an operation that is a text', say(['done', 1])],
  ['ready twice', say([ready])],
  ['a component that nobody loads', say([loaded, 1, 0])],
  ['a failure to load what nobody loads', say([notLoaded, 7, 'x'])],
  ['bytes where none belong', [{ deed: 'say', message: honest, bytes: [1] }]],
  ['a frame larger than any', [{ deed: 'raw', bytes: [255, 255, 255, 255, 0, 0, 0, 0] }]],
  ['a frame shorter than its lengths', [{ deed: 'raw', bytes: [1, 0, 0, 0, 0, 0, 0, 0] }]],
  ['a frame shorter than its JSON', [{ deed: 'raw', bytes: [8, 0, 0, 0, 99, 0, 0, 0, 1, 1, 1, 1] }]],
  ['bytes beside several messages', [{ deed: 'say', message: [several, honest], bytes: [1] }]],
  ['several messages of which one is none', say([several, [entered, 1], 7])],
  ['several messages among several', say([several, [several, honest]])],
  ['entering another event', say([entered, 2])],
  ['an outcome of another event', say([done, 2, ...honest.slice(2)])],
  ['an outcome of an event that is no number', say([done, '1', ...honest.slice(2)])],
  ['an unknown status', say([done, 1, 5, '{}', [], 0, 1, 1, 1])],
  ['a negative status', say([done, 1, -1, '{}', [], 0, 1, 1, 1])],
  ['a result that is no JSON', say([done, 1, OK, '{', [], 0, 1, 1, 1])],
  ['a result that is no text', say([done, 1, OK, {}, [], 0, 1, 1, 1])],
  ['a result that is too large', say([done, 1, OK, JSON.stringify('x'.repeat(1000)), [], 0, 1, 1, 1])],
  ['a result that is too deep', say([done, 1, OK, '['.repeat(300) + ']'.repeat(300), [], 0, 1, 1, 1])],
  ['a result that is not Unicode', say(`[${done},1,${OK},"\\"\\ud800\\"",[],0,1,1,1]`)],
  ['a failure without a message', say([done, 1, RETRY, null, [], 0, 1, 1, 1])],
  ['a message that is too long', say([done, 1, TRAP, 'x'.repeat(4097), [], 0, 1, 1, 1])],
  ['a message that is no text', say([done, 1, PERMANENT, ['x'], [], 0, 1, 1, 1])],
  ['logs that are no list', say([done, 1, OK, '{}', 'logs', 0, 1, 1, 1])],
  ['too many log lines', say([done, 1, OK, '{}', Array.from({ length: 3 }, () => [1, 2, 'x']), 0, 1, 1, 1])],
  ['too much log text', say([done, 1, OK, '{}', Array.from({ length: 2 }, () => [1, 2, 'x'.repeat(60)]), 0, 1, 1, 1])],
  ['an unknown log level', say([done, 1, OK, '{}', [[1, 6, 'x']], 0, 1, 1, 1])],
  ['a log line without a time', say([done, 1, OK, '{}', [['now', 2, 'x']], 0, 1, 1, 1])],
  ['a log line whose time is none', say([done, 1, OK, '{}', [[1e300, 2, 'x']], 0, 1, 1, 1])],
  ['a log line that is none', say([done, 1, OK, '{}', ['x'], 0, 1, 1, 1])],
  ['a negative count of cut lines', say([done, 1, OK, '{}', [], -1, 1, 1, 1])],
  ['a start that is no number', say([done, 1, OK, '{}', [], 0, '1', 1, 1])],
  ['a duration that is no number', say([done, 1, OK, '{}', [], 0, 1, null, 1])],
  ['memory that is no count', say([done, 1, OK, '{}', [], 0, 1, 1, 0.5])],
  ['a short outcome', say([done, 1, OK])],
  ['a call for another event', say([call, 2, 1, 'kv.get', ['b', 'k']])],
  ['an unknown call', say([call, 1, 1, 'fs.read', ['/etc/passwd']])],
  ['a call by a name of every object', say([call, 1, 1, 'constructor', ['b', 'k']])],
  ['a call without arguments', say([call, 1, 1, 'kv.get', null])],
  ['a call with arguments of other types', say([call, 1, 1, 'kv.get', [1, 2]])],
  ['a call with arguments that are too long', say([call, 1, 1, 'kv.get', ['b'.repeat(257), 'k']])],
  ['a call with an unknown condition', say([call, 1, 1, 'kv.set', ['b', 'k', 'sometimes', null]])],
  ['a call with headers that are none', say([call, 1, 1, 'http.send', ['GET', 'https://x/', [['a']], false, null]])],
  [
    'a call with bytes that it does not have',
    [{ deed: 'say', message: [call, 1, 1, 'kv.get', ['b', 'k']], bytes: [1] }],
  ],
  ['a call whose id is no number', say([call, 1, 'x', 'kv.get', ['b', 'k']])],
  ['more values than an outcome has', [{ deed: 'crowd', message: honest, at: 4, values: 50_000 }]],
  ['a value that is too large', [{ deed: 'carry', calls: 1, bytes: (8 << 20) + 1 }]],
  ['lines of another event', say([logged, 2, [[1, 2, 'x']]])],
  ['lines before they are due', say([logged, 1, [[1, 2, 'x']]])],
  ['no lines, after a while', later([logged, 1, []])],
  ['lines that are none, after a while', later([logged, 1, [[1, 'info', 'x']]])],
  ['more lines than the limit, after a while', later([logged, 1, Array.from({ length: 3 }, () => [1, 2, 'x'])])],
  ['more text than the limit, after a while', later([logged, 1, [[1, 2, 'x'.repeat(101)]]])],
  ['too many entries', [{ deed: 'repeat', message: [entered, 1] }]],
];

describe('a sandbox that says what no sandbox says', () => {
  it.each(violations)('is killed for %s', async (_what, deeds) => {
    await withPuppet(async (box) => {
      box.send({ key: 'job', data: deeds });
      const exit = await box.exited;

      expect(exit).toMatchObject({ reason: 'violation', lost: [1] });
      expect(box.outcomes).toEqual([]);
      expect(box.calls).toEqual([]);
      expect(box.sandbox.state).toBe('dead');
    });
  });

  it('is killed for a second outcome; the first was good', async () => {
    await withPuppet(async (box) => {
      box.send({ key: 'job', data: say(honest, honest) });

      expect(await box.exited).toMatchObject({ reason: 'violation', lost: [] });
      expect(box.outcomes).toMatchObject([{ n: 1, status: 'ok' }]);
    });
  });

  it('is killed for a second call with one id, and for more calls than one event may have', async () => {
    const get = (callId: number): unknown => [call, 1, callId, 'kv.get', ['b', 'k']];
    await withPuppet(async (box) => {
      box.send({ key: 'job', data: say(get(1), get(1)) });

      expect(await box.exited).toMatchObject({ reason: 'violation', lost: [1] });
      expect(box.calls).toHaveLength(1);
    });
    await withPuppet(async (box) => {
      box.send({ key: 'job', data: say(...Array.from({ length: 17 }, (_, index) => get(index))) });

      expect(await box.exited).toMatchObject({ reason: 'violation' });
      expect(box.calls).toHaveLength(16);
    });
  });

  it('is killed for calls that together hold too much', async () => {
    await withPuppet(async (box) => {
      box.send({ key: 'job', data: [{ deed: 'carry', calls: 9, bytes: 8 << 20 }] });

      expect(await box.exited).toMatchObject({ reason: 'violation' });
      expect(box.calls).toHaveLength(8);
    });
  });

  it('is killed for lines that together are more than the limit, after those that were not', async () => {
    const told: string[] = [];
    const onLogged = (_n: number, lines: readonly { message: string }[]) =>
      void told.push(...lines.map(({ message }) => message));
    await withPuppet(
      async (box) => {
        const line = (text: string): unknown => [logged, 1, [[1, 2, text]]];
        box.send({ key: 'job', data: ['a', 'b', 'c'].flatMap((text) => later(line(text))) });

        expect(await box.exited).toMatchObject({ reason: 'violation', lost: [1] });
        expect(told).toEqual(['a', 'b']);
      },
      { onLogged },
    );
  });

  it('is killed for lines that come too often', async () => {
    let times = 0;
    const line = [logged, 1, [[1, 2, 'x']]];
    await withPuppet(
      async (box) => {
        box.send({ key: 'job', data: Array.from({ length: 50 }, () => later(line)).flat() });

        expect(await box.exited).toMatchObject({ reason: 'violation', lost: [1] });
        // Once in 100 ms, and some more for what travels together.
        expect(times).toBeLessThan(20);
      },
      { onLogged: () => void (times += 1) },
      { logLines: 1000, logBytes: 1000 },
    );
  });

  it('is killed when what it does not read becomes too much', async () => {
    await withPuppet(async (box) => {
      box.send({ key: 'job', data: [{ deed: 'deaf' }] });
      const text = 'x'.repeat(8 << 20);
      for (let events = 0; events < 20 && box.sandbox.state !== 'dead'; events += 1) {
        box.send({ key: 'job', data: text });
      }

      expect(await box.exited).toMatchObject({ reason: 'violation', message: 'it does not read' });
    });
  });

  it('is killed before it fills the supervisor’s memory', async () => {
    const before = process.memoryUsage().rss;
    for (const deed of [{ deed: 'pour' }, { deed: 'repeat', message: honest }]) {
      await withPuppet(async (box) => {
        box.send({ key: 'job', data: [deed] });

        expect(await box.exited).toMatchObject({ reason: 'violation' });
      });
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(300 << 20);
  });

  it('says nothing any more after what killed it, in the same breath', async () => {
    await withPuppet(async (box) => {
      box.send({ key: 'job', data: say([99], honest, [call, 1, 1, 'kv.get', ['b', 'k']]) });

      expect(await box.exited).toMatchObject({ reason: 'violation', lost: [1] });
      expect(box.outcomes).toEqual([]);
      expect(box.calls).toEqual([]);
    });
  });
});

describe('what a sandbox may say', () => {
  it('is believed as to times only within what the supervisor knows', async () => {
    await withPuppet(async (box) => {
      const before = Date.now();
      const [outcome] = await box.run({ key: 'job', data: say([done, 1, OK, '{}', [], 0, 1e15, 1e15, 1]) });
      const [early] = await box.run({ key: 'job', data: say([done, 2, OK, '{}', [], 0, -1e15, -5, 1]) });

      for (const { startedAt = 0, durationMs = -1 } of [outcome ?? {}, early ?? {}]) {
        expect(startedAt).toBeGreaterThanOrEqual(before);
        expect(startedAt).toBeLessThanOrEqual(Date.now());
        expect(durationMs).toBeGreaterThanOrEqual(0);
        expect(durationMs).toBeLessThanOrEqual(Date.now() - before + 1);
      }
    });
  });

  it('may be that an event was skipped', async () => {
    await withPuppet(async (box) => {
      const outcomes = await box.run({ key: 'job', data: say([done, 1, SKIPPED, null, [], 0, 1, 0, 0]) });

      expect(outcomes).toMatchObject([{ status: 'skipped', logs: [] }]);
      expect(outcomes[0]).not.toHaveProperty('message');
    });
  });

  it.each([2, 1.5, -1, Number.MAX_VALUE])('is, of the thread, nothing that means anything: mark %s', async (n) => {
    await withPuppet(async (box) => {
      box.send({ key: 'job', data: [{ deed: 'mark', n }, ...say([entered, 1])] });
      await until(() => box.sandbox.running().length === 1);

      expect(box.sandbox.culprit(1)).toBe(1);
      expect(box.sandbox.running()).toMatchObject([{ n: 1 }]);
    });
  });

  it('need not be that an event was entered: it has run since it came, or since the last word, if the thread is its', async () => {
    await withPuppet(async (box) => {
      const before = performance.now();
      box.send({ key: 'job', data: [{ deed: 'mark', n: 1 }] });
      await until(() => box.sandbox.running().length === 1);
      const looked = performance.now();
      const [first] = box.sandbox.running();

      expect(first?.n).toBe(1);
      expect(first?.since).toBeGreaterThanOrEqual(before);
      expect(first?.since).toBeLessThanOrEqual(looked);
      await new Promise((resolve) => setImmediate(resolve));
      expect(box.sandbox.running()).toEqual([first]);
    });
  });

  it.each([
    ['that it has entered', say([entered, 1])],
    ['of which it has said nothing', []],
  ])('ends with the process, of which the exit tells: an event %s', async (_, said) => {
    await withPuppet(async (box) => {
      box.send({ key: 'job', data: [...said, { deed: 'mark', n: 1 }, { deed: 'exit', code: 3 }] });

      expect(await box.exited).toMatchObject({
        reason: 'crashed',
        message: 'It ended with exit code 3.',
        lost: [1],
        culprit: 1,
      });
      expect(box.sandbox.running()).toMatchObject([{ n: 1 }]);
    });
  });
});
