import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder } from './support/process.ts';

// Making a component keeps a core for a second or more.
vi.setConfig({ testTimeout: 120_000 });

const JOB = "import { defineJob } from '@jobico/sdk';\nexport const handler = defineJob(({ data }) => data);\n";

async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

function packageOf(runtimes: Record<string, string>): string {
  const ids = Object.keys(runtimes);
  const jobs = ids.map((runtime) => ({ event: { id: `for-${runtime}`, supplierqueue: 'q', runtime } }));
  const list = ids.map((id) => ({ id, moduleref: runtimes[id] }));
  return JSON.stringify({ id: 'shop', tenant: 'acme', queues: [{ id: 'q' }], jobs, runtimes: list });
}

interface Output {
  items: { runtime: string; ok: boolean; kind: string; path: string; sizeBytes: number; error?: { code: string } }[];
  error: { code: string; detail: string; hint?: string; details: Output };
}

test('a package builds from src/<runtime>.ts and from the command of its build file, and each component passes the gate', async () => {
  const folder = await folderWith({
    'package.yaml': packageOf({ here: 'build/here.wasm', other: 'build/other.wasm', there: 'there.wasm' }),
    'src/here.ts': JOB,
    'other/source.wasm': await buildGuest('echo'),
    'there.wasm': await buildGuest('echo'),
    'jobico.build.yaml':
      'runtimes:\n  other:\n    command: mkdir -p out && cp source.wasm out/made.wasm && test -f "$JOBICO_WIT/job.wit"\n    output: out/made.wasm\n',
  });
  const { exitCode, stdout, stderr } = await finish(['build', folder, '--json']);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const { items } = JSON.parse(stdout) as Output;
  expect(items.map(({ runtime, kind, ok }) => [runtime, kind, ok])).toEqual([
    ['here', 'source', true],
    ['other', 'command', true],
    ['there', 'prebuilt', true],
  ]);
  expect((await readFile(join(folder, 'build/here.wasm'))).length).toBe(items[0]?.sizeBytes);
  expect(await readFile(join(folder, 'build/other.wasm'))).toEqual(Buffer.from(await buildGuest('echo')));
});

test('what does not build is told with file, line and column and a drawing of it; what the gate refuses, with its reason; the rest is built', async () => {
  const folder = await folderWith({
    'package.yaml': packageOf({ broken: 'build/broken.wasm', good: 'build/good.wasm', no: 'no.wasm' }),
    'src/broken.ts': 'export const handler = 1;\n\nconst wrong: = 2;\n',
    'src/good.ts': JOB,
    'no.wasm': await buildGuest('imports-sockets'),
  });
  const { exitCode, stdout, stderr } = await finish(['build', folder]);
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(/broken\.ts:3:14: Unexpected token/);
  expect(stderr).toContain('const wrong: = 2;');
  expect(stderr).toMatch(/component-refused: .*no\.wasm: .*it imports "wasi:sockets/);
  expect(stderr).toContain('2 of 3 not built: broken, no');
  expect(stdout).toMatch(/✓ good .* gate passed/);

  const asJson = JSON.parse((await finish(['build', folder, '--json', '--runtime', 'broken'])).stdout) as Output;
  expect(asJson.error.code).toBe('build-failed');
  expect(asJson.error.details.items[0]).toMatchObject({
    ok: false,
    error: { code: 'build-failed', details: { place: { line: 3, column: 14 } } },
  });
});

test('a program that is not there is named with how to get it, and a command that fails with what it said', async () => {
  const folder = await folderWith({
    'package.yaml': packageOf({ needs: 'a.wasm', fails: 'b.wasm', says: 'c.wasm' }),
    'jobico.build.yaml': `runtimes:
  needs: { command: frobnicate, needs: { frobnicate: Get it from the hardware store. } }
  fails: { command: 'echo line two is wrong >&2; exit 3' }
  says: { command: 'true' }
`,
  });
  const { exitCode, stderr } = await finish(['build', folder]);
  expect(exitCode).toBe(5);
  expect(stderr).toContain('needs cannot be built: frobnicate not found on the PATH');
  expect(stderr).toContain('Get it from the hardware store.');
  expect(stderr).toContain('failed with exit code 3');
  expect(stderr).toContain('line two is wrong');
  expect(stderr).toMatch(/says: the command ended well, but wrote no .*c\.wasm/);
});

test('a build file that says what is not understood is told line by line', async () => {
  const folder = await folderWith({
    'package.yaml': packageOf({ one: 'a.wasm' }),
    'jobico.build.yaml': 'runtimes:\n  one:\n    comand: make\n',
  });
  const { exitCode, stderr } = await finish(['build', folder]);
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(/jobico\.build\.yaml:3/);
  expect(stderr).toContain('did you mean command?');
});

test('a runtime without a source is told where one was looked for, and a folder without a package what to do', async () => {
  const folder = await folderWith({ 'package.yaml': packageOf({ lost: 'build/lost.wasm' }) });
  const lost = await finish(['build', folder]);
  expect(lost.exitCode).toBe(5);
  expect(lost.stderr).toContain('Write src/lost.ts, or say under runtimes.lost of jobico.build.yaml');

  const empty = await finish(['build', await temporaryFolder()]);
  expect(empty.exitCode).toBe(2);
  expect(empty.stderr).toContain('there is no package in');
});
