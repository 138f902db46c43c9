import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLogger, type LoggerOptions } from '@jobico/telemetry';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';

const run = promisify(execFile);
const DAY_MS = 86_400_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobico-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const linesOf = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);

async function logged(
  count: number,
  options: LoggerOptions,
  write: (log: ReturnType<typeof createLogger>) => void,
): Promise<string[]> {
  const log = createLogger({ file: join(folder, 'a.log'), ...options });
  write(log);
  await promisify(log.flush.bind(log))();
  return await vi.waitFor(() => {
    const lines = linesOf('a.log');
    if (lines.length < count) throw new Error('it is not written yet');
    return lines;
  });
}

test('a line has its time and no caller; both are to be had otherwise', async () => {
  const [plain = ''] = await logged(1, {}, (log) => log.info('one'));
  expect(JSON.parse(plain)).toEqual({ level: 30, time: expect.any(String) as string, msg: 'one' });
  const lines = await logged(2, { caller: true, time: false }, (log) => log.child({ module: 'm' }).info('two'));
  expect(JSON.parse(lines[1] ?? '')).toEqual({
    level: 30,
    module: 'm',
    caller: expect.stringMatching(/libs\/telemetry\/test\/logger\.test\.ts:\d+$/) as string,
    msg: 'two',
  });
});

test('a full file is put aside, and so many are kept beside the current one', async () => {
  const rotation = { maxBytes: 1000, backups: 2, maxAgeMs: DAY_MS };
  const log = createLogger({ file: join(folder, 'a.log'), rotation });
  for (let n = 0; n < 8; n += 1) {
    const before = readdirSync(folder).join();
    log.info({ n, filler: 'x'.repeat(1000) }, 'line');
    await vi.waitFor(() => expect(readdirSync(folder).join()).not.toBe(before));
  }
  const names = readdirSync(folder).toSorted();

  expect(names).toHaveLength(3);
  const kept = names.flatMap(linesOf).map((line) => (JSON.parse(line) as { n: number }).n);
  expect(kept).toEqual([6, 7]);
});

test('files that are too old are removed at the start, and other files are left alone', async () => {
  const old = new Date(Date.now() - 2 * DAY_MS);
  for (const name of ['a-2026-01-01T00-00-00.000Z.log', 'a-notes.log', 'b-2026-01-01T00-00-00.000Z.log']) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), old, old);
  }
  createLogger({ file: join(folder, 'a.log'), rotation: { maxBytes: 1000, backups: 5, maxAgeMs: DAY_MS } });
  const left = ['a-notes.log', 'a.log', 'b-2026-01-01T00-00-00.000Z.log'];
  await vi.waitFor(() => expect(readdirSync(folder).toSorted()).toEqual(left));
});

test('a line goes to standard error, to a file, or to both', { timeout: 120_000 }, async () => {
  const file = join(folder, 'a.log');
  const errOf = async (options: LoggerOptions) => {
    const code = `import { createLogger } from '@jobico/telemetry'; createLogger(${JSON.stringify(options)}).info('hi');`;
    const flags = ['--conditions=@jobico/source', '--input-type=module', '-e', code];
    return (await run(process.execPath, flags, { cwd: import.meta.dirname })).stderr;
  };
  expect(await errOf({})).toContain('"hi"');
  expect(await errOf({ file })).toBe('');
  expect(await errOf({ file, console: true })).toContain('"hi"');
  expect(linesOf('a.log')).toHaveLength(2);
});
