import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostAnswer, HostCall } from '@jobico/component';
import { componentize } from 'componentize-qjs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { buildComponent, BuildError, type BuiltComponent } from '../../src/build.ts';
import { sandboxed, type Sandboxed } from '../support/sandboxed.ts';

const job = (name: string): string => join(import.meta.dirname, 'jobs', name);
const TIMEOUT_MS = 60_000;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobico-sdk-test-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

test(
  'writes a component that imports the host alone, and nothing to the terminal',
  async () => {
    const write = vi.spyOn(process.stdout, 'write');
    const out = join(folder, 'deep', 'smallest.wasm');
    const { path, bytes, sizeBytes, imports } = await buildComponent({ source: job('smallest.ts'), out });
    expect(write).not.toHaveBeenCalled();
    write.mockRestore();
    expect(path).toBe(out);
    expect(await readFile(out)).toEqual(Buffer.from(bytes));
    expect(await readdir(join(folder, 'deep'))).toEqual(['smallest.wasm']);
    expect(sizeBytes).toBe(bytes.length);
    expect(imports.filter((name) => !name.startsWith('jobico:job/'))).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  'the SDK adds less than 50 KB to a component',
  async () => {
    const jsSource = 'export const handler = { handle: (event) => event.data };';
    const witPath = join(import.meta.dirname, '../../../../wit');
    const { component } = await componentize({ witPath, world: 'job', jsSource, sync: true, stubWasi: true });
    const { sizeBytes } = await buildComponent({ source: job('smallest.ts') });
    expect(sizeBytes - component.length).toBeLessThan(50_000);
  },
  TIMEOUT_MS,
);

test(
  'an object that handles the events itself needs no defineJob',
  async () => {
    const { bytes } = await buildComponent({ source: job('bare.js') });
    const sandbox = await sandboxed(bytes);
    onTestFinished(async () => sandbox.stop());
    expect(await sandbox.run({ as: 'it is' })).toMatchObject({ status: 'ok', result: '{"as":"it is"}' });
  },
  TIMEOUT_MS,
);

describe('inside a component', () => {
  let built: BuiltComponent;
  let sandbox: Sandboxed;
  const calls: HostCall[] = [];

  const answer = (call: HostCall): HostAnswer => {
    calls.push(call);
    if (call.kind === 'kv.get' && call.args.key === 'n') {
      return { ok: true, value: { value: new TextEncoder().encode('41'), revision: 'r1' } };
    }
    if (call.kind === 'kv.set') return { ok: true, value: 'r2' };
    if (call.kind === 'kv.keys') return { ok: true, value: ['a1', 'a2'] };
    if (call.kind === 'http.send') {
      return { ok: true, value: { status: 200, headers: [], body: new TextEncoder().encode('{"b":2}') } };
    }
    return { ok: true };
  };

  beforeAll(async () => {
    built = await buildComponent({ source: job('probe.ts'), root: import.meta.dirname });
    sandbox = await sandboxed(built.bytes, { config: { currency: 'EUR' }, onHostCall: answer });
  }, TIMEOUT_MS);
  afterAll(async () => sandbox.stop());

  const resultOf = async (probe: string, event?: Parameters<Sandboxed['run']>[1]): Promise<unknown> => {
    const outcome = await sandbox.run(probe, event);
    expect(outcome).toMatchObject({ status: 'ok' });
    return outcome.result === undefined ? undefined : JSON.parse(outcome.result);
  };

  test('the time is when the event was accepted', async () => {
    const time = '2026-03-04T05:06:07.089Z';
    expect(await resultOf('time', { time })).toEqual([Date.parse(time), time, true, 0]);
    expect(await resultOf('dates of their own')).toEqual([5, true, Date.UTC(2020)]);
    expect(await resultOf('time at build')).toBe(0);
  });

  test('random numbers follow from the event and its attempt', async () => {
    const first = await resultOf('random', { id: 'a' });
    expect(await resultOf('random', { id: 'b' })).not.toEqual(first);
    expect(await resultOf('random', { id: 'a', attempt: 2 })).not.toEqual(first);
    expect(await resultOf('random', { id: 'a' })).toEqual(first);
  });

  test('async functions, generators and promises run to their end', async () => {
    expect(await resultOf('async')).toBe(36);
  });

  test('an async job fails as it says', async () => {
    expect(await sandbox.run('async failure')).toMatchObject({ status: 'permanent', message: 'in the end, no' });
  });

  test('a promise that cannot settle is said to be so', async () => {
    const outcome = await sandbox.run('never settles');
    expect(outcome).toMatchObject({ status: 'retry', message: expect.stringContaining('the promise never settles') });
  });

  test('a failure that nothing waits for fails the event, and not the next one', async () => {
    const outcome = await sandbox.run('not waited for');
    expect(outcome).toMatchObject({ status: 'retry', message: expect.stringMatching(/^Error: forgotten/) });
    expect(await resultOf('async')).toBe(36);
  });

  test('an error is a retry with a stack that names the lines of the source, of the job alone', async () => {
    const outcome = await sandbox.run('error');
    const lines = (await readFile(job('probe.ts'), 'utf8')).split('\n');
    const line = lines.findIndex((text) => text.includes('thrown on purpose'));
    expect(outcome).toMatchObject({
      status: 'retry',
      message: expect.stringMatching(/^TypeError: thrown on purpose\n/),
    });
    const [, first] = outcome.message?.split('\n') ?? [];
    expect(first).toMatch(new RegExp(`^ {4}at error \\(jobs/probe\\.ts:${line + 1}:\\d+\\)$`));
    expect(outcome.message).not.toContain('probe.js');
    expect(outcome.message).not.toContain('jobico/');
  });

  test('a stack in a logged line names the lines of the source', async () => {
    const { logs } = await sandbox.run('logged error');
    expect(logs[0]?.message).toMatch(
      /^Error: only logged\n {4}at logged error \(jobs\/probe\.ts:\d+:\d+\)|at .*jobs\/probe\.ts:\d+/,
    );
    expect(logs[0]?.message).not.toContain('probe.js');
  });

  test('the console writes to the log', async () => {
    const { logs } = await sandbox.run('console');
    expect(logs).toMatchObject([{ level: 'warn', message: 'from the console {"a":1}' }]);
  });

  test('URL and text encodings are there', async () => {
    expect(await resultOf('url')).toEqual(['https://example.com/b?c=1', 'd=%C3%A9']);
    expect(await resultOf('utf8')).toEqual([0xc3, 0xa9, '€']);
  });

  test('config, kv, http and emit reach the host', async () => {
    expect(await resultOf('config')).toEqual(['EUR', true]);
    calls.length = 0;
    expect(await resultOf('kv')).toEqual([true, 42, ['a1', 'a2']]);
    expect(await resultOf('http')).toEqual({ b: 2 });
    expect(await resultOf('emit')).toBeUndefined();
    expect(calls).toMatchObject([
      { kind: 'kv.get', args: { bucket: 'counts', key: 'absent' } },
      { kind: 'kv.get', args: { bucket: 'counts', key: 'n' } },
      { kind: 'kv.set', args: { key: 'n', when: { tag: 'if-revision', val: 'r1' } } },
      { kind: 'kv.keys', args: { prefix: 'a' } },
      { kind: 'http.send', args: { method: 'POST', url: 'https://api.example.com/' } },
      { kind: 'outbox.emit', args: { event: 'label', data: '{"a":1}', key: 'k' } },
    ]);
  });
});

describe('a source that makes no component', () => {
  const failureOf = async (source: string, code?: string, options: object = {}): Promise<BuildError> => {
    const file = join(folder, source);
    if (code !== undefined) await writeFile(file, code);
    const error = await buildComponent({ source: file, ...options }).catch((reason: unknown) => reason);
    if (!(error instanceof BuildError)) throw new Error('it was built, or failed otherwise', { cause: error });
    return error;
  };

  test('that does not parse is named with line and column', async () => {
    const error = await failureOf('syntax.ts', 'const a = 1;\nconst b: = 2;\n');
    expect(error).toMatchObject({ code: 'build-failed', place: { line: 2, column: 10 } });
    expect(error.message).toMatch(/syntax\.ts:2:10: Unexpected token$/);
    expect(error.frame).toContain('const b: = 2;');
  });

  test.each([
    ['a file', './nowhere.ts', /Could not resolve '\.\/nowhere\.ts'/],
    ['a package', 'left-pad-of-nobody', /missing\.ts:2:15: cannot find left-pad-of-nobody$/],
    ['Node.js', 'node:fs', /missing\.ts:2:15: cannot find node:fs$/],
  ])('that imports %s which is not there is named with the place', async (_, name, message) => {
    const error = await failureOf('missing.ts', `// a comment\nimport x from '${name}';\nexport const handler = x;`);
    expect(error.message).toMatch(message);
    expect(error.place).toMatchObject({ line: 2 });
  });

  test('that exports no handler is told what to write', async () => {
    const error = await failureOf('none.ts', 'export const job = 1;');
    expect(error).toMatchObject({ hint: 'Write `export const handler = defineJob(…)`.' });
  });

  test('whose handler is no job is told so', async () => {
    const error = await failureOf('five.ts', 'export const handler = 5;');
    expect(error.message).toContain('the export `handler` is not what defineJob returns');
  });

  test('that throws outside of the job is named with its error', async () => {
    const error = await failureOf('throws.ts', "throw new Error('while it is built');\nexport const handler = 1;");
    expect(error.message).toMatch(/throws\.ts:1:\d+: fails while it is built: Error: while it is built$/);
  });

  test('that throws outside of the job is shown at the line of its TypeScript, with who called it', async () => {
    const code = `interface Rates {
  eur: number;
}
const rates: Rates | undefined = JSON.parse('null') ?? undefined;

function rate(): number {
  return (rates as Rates).eur;
}
export const handler = { handle: () => null, eur: rate() };
`;
    for (const root of [folder, process.cwd()]) {
      const error = await failureOf('deep.ts', code, { root });
      expect(error).toMatchObject({ code: 'build-failed', place: { line: 7 }, hint: expect.stringContaining('build') });
      expect(error.message).toMatch(/deep\.ts:7:\d+: fails while it is built: Error: cannot read property 'eur' of/);
      expect(error.frame).toMatch(
        /^6 │ function rate\(\): number \{\n7 │ {3}return \(rates as Rates\)\.eur;\n {2}│ +╰── here\n/m,
      );
      expect(error.frame).toMatch(/called from .*deep\.ts:9:\d+$/);
    }
  });

  test('that throws where the bundle has made less of the source is shown at its line all the same', async () => {
    const code = `import { defineJob } from '@jobico/sdk';
const rates: { eur?: { cents: number } } = {};
export const cents = (rates as any).eur.cents;
export const handler = defineJob(() => null);
`;
    const error = await failureOf('folded.ts', code, { root: folder });
    expect(error.place).toMatchObject({ line: 3 });
  });

  test('that never ends outside of the job is stopped', async () => {
    const code = 'let n = 0;\nfor (;;) n += 1;\nexport const handler = { handle: () => n };';
    const error = await failureOf('endless.ts', code, { evaluationLimitMs: 1500 });
    expect(error.message).toMatch(/endless\.ts has not ended after 1\.5 s of running while it is built$/);
  });

  test('that calls itself without end is told so', async () => {
    const code =
      'const f = (n: number): number => f(n + 1) + 1;\nexport const handler = { handle: () => null, n: f(0) };';
    const error = await failureOf('recursive.ts', code);
    expect(error.message).toMatch(/recursive\.ts stops the engine while it is built: /);
    expect(error.hint).toContain('call themselves without end');
  });

  test('that calls the host outside of the job is told when it runs', async () => {
    const code = "console.log('at build');\nexport const handler = { handle: () => null };";
    const error = await failureOf('calls.ts', code);
    expect(error.message).toMatch(/calls\.ts calls the host while it is built$/);
  });

  test('that awaits outside of a function is refused', async () => {
    const error = await failureOf('awaits.ts', 'export const handler = { handle: await 5 };');
    expect(error.message).toMatch(/awaits\.ts:1:34: a job cannot await outside of a function/);
  });

  test('that is not there is named', async () => {
    const error = await failureOf('absent.ts');
    expect(error.message).toMatch(/absent\.ts is not there$/);
  });
});
