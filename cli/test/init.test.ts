import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { LANGUAGES } from '../src/init/languages.ts';
import { finish, temporaryFolder } from './support/process.ts';

vi.setConfig({ testTimeout: 60_000 });

interface Output {
  files: string[];
  error: { code: string; detail: string; hint: string };
}

async function init(...args: string[]): Promise<Output & { exitCode: number | null }> {
  const { exitCode, stdout } = await finish(['init', ...args, '--json'], { JOBICO_TENANT: undefined });
  return { exitCode, ...(JSON.parse(stdout) as Output) };
}

test('a project has its own name and tenant wherever the template has its words', async () => {
  for (const { id } of LANGUAGES) {
    const folder = join(await temporaryFolder(), 'shop');
    const { exitCode, files } = await init('shop', '--language', id, '--tenant', 'zoo', '--folder', folder);
    expect(exitCode).toBe(0);
    expect(files).toContain('.gitignore');
    for (const file of files) {
      expect(await readFile(join(folder, file), 'utf8'), `${id}: ${file}`).not.toMatch(/my-(jobs|tenant)/);
    }
    expect(await readFile(join(folder, 'package.yaml'), 'utf8')).toMatch(/^id: shop\nname: shop\ntenant: zoo\n/);
  }
});

test('a folder that has files is left as it is', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'mine.txt'), 'mine');
  const { exitCode, error } = await init('shop', '--language', 'go', '--folder', folder);
  expect(exitCode).toBe(6);
  expect(error).toMatchObject({ code: 'conflict', detail: expect.stringContaining('mine.txt') });
  expect(await readdir(folder)).toEqual(['mine.txt']);
});

test('a folder that is a repository and nothing else is taken', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, '.git'));
  await writeFile(join(folder, '.git/config'), 'my-jobs');
  const { exitCode } = await init('shop', '--language', 'javascript', '--folder', folder);
  expect(exitCode).toBe(0);
  expect(existsSync(join(folder, 'src/greet.js'))).toBe(true);
  expect(await readFile(join(folder, '.git/config'), 'utf8')).toBe('my-jobs');
});

test('without a terminal what is missing is said, not asked', async () => {
  expect(await init()).toMatchObject({ exitCode: 2, error: { hint: 'Say: jobico init NAME' } });
  const { exitCode, error } = await init('shop');
  expect(exitCode).toBe(2);
  expect(error.hint).toBe(`Say: --language ${LANGUAGES.map(({ id }) => id).join('|')}`);
});

test.each(['Shop', '1shop', '../shop', 'shop.', ''])('%o is refused as a name, with what is allowed', async (name) => {
  const { exitCode, error } = await init(name, '--language', 'c');
  expect(exitCode).toBe(2);
  expect(error.hint).toMatch(/^Allowed: a letter first/);
});
