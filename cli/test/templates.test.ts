import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { runPackage } from '../../examples/test/support/run-package.ts';
import { missingToolchain, nameOf, toolchainEnv } from '../../examples/test/support/toolchains.ts';
import { LANGUAGES } from '../src/init/languages.ts';
import { finish, temporaryFolder } from './support/process.ts';

// Compilers that have nothing in their caches take a minute and more.
vi.setConfig({ testTimeout: 600_000 });

const cache = fileURLToPath(new URL('../../node_modules/.cache/jobico/rust', import.meta.url));

async function written(language: string): Promise<string> {
  const folder = join(await temporaryFolder(), 'hello');
  const { exitCode, stderr } = await finish(['init', 'hello', '--language', language, '--folder', folder, '--json']);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  // Crates are compiled once, not for each run.
  await mkdir(cache, { recursive: true });
  if (language === 'rust') await symlink(cache, join(folder, 'target'));
  return folder;
}

describe.each(LANGUAGES)('the project of `jobico init` in $title', ({ id, test }) => {
  const missing = missingToolchain(id);

  it.skipIf(missing)(nameOf('passes its own unit test', missing), async () => {
    const [program = '', ...args] = test === 'npm test' ? [process.execPath, '--test'] : test.split(' ');
    await promisify(execFile)(program, args, { cwd: await written(id), env: toolchainEnv });
  });

  it.skipIf(missing)(nameOf('builds, passes the gate, and greets in a sandbox', missing), async () => {
    const folder = await written(id);
    const built = await finish(['build', folder, '--json'], toolchainEnv);
    expect(built).toMatchObject({ exitCode: 0, stderr: '' });
    const samples = JSON.parse(await readFile(join(folder, 'events/person-arrived.json'), 'utf8')) as unknown[];
    const odd = { name: ' "Zoë" \\ \u{1f600}\n' };
    const { runs, kv } = await runPackage(join(folder, 'package.yaml'), {
      'person-arrived': [...samples, odd, { name: ' ' }],
    });
    expect(runs.map(({ status, result, message }) => [status, result ?? message])).toEqual([
      ['ok', { text: 'Hello, Ada!', visits: 1 }],
      ['ok', { text: 'Hello, Grace!', visits: 1 }],
      ['ok', { text: 'Hello, Ada!', visits: 2 }],
      ['ok', { text: 'Hello, "Zoë" \\ \u{1f600}!', visits: 1 }],
      ['dead', 'nobody is there to be greeted'],
    ]);
    expect(kv.json('visits', 'Ada')).toBe(2);
  });
});
