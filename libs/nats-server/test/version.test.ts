import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAtLeast, readVersion } from '../src/version.ts';
import { script, standInServer } from './support/stand-in.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

test.each([
  ['2.14.0', '2.14.0', true],
  ['2.14.1', '2.14', true],
  ['2.13.9', '2.14.0', false],
  ['2.9.0', '2.14.0', false],
  ['3.0.0', '2.14.0', true],
])('version %s is at least %s: %s', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});

test('reads the version that a binary names, also of a preview', async () => {
  expect(await readVersion(standInServer(temporaryFolder(), '2.15.1-RC.2'))).toBe('2.15.1');
});

test('says that a file is not there', async () => {
  const path = join(temporaryFolder(), 'nats-server');
  await expect(readVersion(path)).rejects.toThrow(`${path} could not be run: ENOENT`);
});

test('says what another program answered', async () => {
  const path = script(temporaryFolder(), 'other', 'echo hello');
  await expect(readVersion(path)).rejects.toThrow('--version answered "hello\\n"');
});

test('says what a program that failed printed', async () => {
  const path = script(temporaryFolder(), 'broken', 'echo "no such option" >&2; exit 3');
  await expect(readVersion(path)).rejects.toThrow('could not be run: no such option');
});
