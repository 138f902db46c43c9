import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const script = fileURLToPath(new URL('../complete-lock.mjs', import.meta.url));

interface Entry {
  version?: string;
  optionalDependencies?: Record<string, string>;
  [field: string]: unknown;
}

function lockFile(packages: Record<string, Entry>): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobico-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'package-lock.json');
  writeFileSync(file, `${JSON.stringify({ lockfileVersion: 3, packages }, null, 2)}\n`);
  return file;
}

function packagesAfter(packages: Record<string, Entry>): Record<string, Entry> {
  const file = lockFile(packages);
  execFileSync(process.execPath, [script, file], { stdio: 'pipe' });
  return (JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> }).packages;
}

test('adds the platform packages that the registry did not give, each with its platform', () => {
  const lint: Entry = {
    version: '1.2.3',
    dev: true,
    optionalDependencies: {
      '@lint/binding-darwin-arm64': '1.2.3',
      '@lint/binding-linux-arm-gnueabihf': '1.2.3',
      '@lint/binding-linux-x64-musl': '1.2.3',
      '@lint/binding-win32-x64-msvc': '1.2.3',
    },
  };
  const { 'node_modules/lint': _, ...added } = packagesAfter({ '': {}, 'node_modules/lint': lint });
  const common = { version: '1.2.3', optional: true, dev: true };
  expect(added).toEqual({
    '': {},
    'node_modules/@lint/binding-darwin-arm64': { ...common, cpu: ['arm64'], os: ['darwin'] },
    'node_modules/@lint/binding-linux-arm-gnueabihf': { ...common, cpu: ['arm'], libc: ['glibc'], os: ['linux'] },
    'node_modules/@lint/binding-linux-x64-musl': { ...common, cpu: ['x64'], libc: ['musl'], os: ['linux'] },
    'node_modules/@lint/binding-win32-x64-msvc': { ...common, cpu: ['x64'], os: ['win32'] },
  });
});

test('puts a package inside the one that asks for it where another version stands beside', () => {
  const packages = packagesAfter({
    '': {},
    'node_modules/b-darwin-x64': { version: '1.0.0' },
    'node_modules/a': { version: '2.0.0', optionalDependencies: { 'b-darwin-x64': '2.0.0' } },
  });
  expect(packages['node_modules/a/node_modules/b-darwin-x64']).toMatchObject({ version: '2.0.0' });
});

test('takes what stands further out, and leaves ranges to npm', () => {
  const packages = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a/node_modules/c': { version: '1.0.0', optionalDependencies: { b: '1.0.0', d: '^1.0.0' } },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/d': { version: '1.7.0' },
  };
  expect(packagesAfter(packages)).toEqual(packages);
});

test('--check fails on a lock file that is not complete, names what it lacks, and changes nothing', () => {
  const file = lockFile({
    '': {},
    'node_modules/a': { version: '1.0.0', optionalDependencies: { 'a-win32-x64': '1.0.0' } },
  });
  const before = readFileSync(file, 'utf8');
  expect(() => execFileSync(process.execPath, [script, '--check', file], { stdio: 'pipe' })).toThrow(
    expect.objectContaining({ status: 1, message: expect.stringContaining('node_modules/a-win32-x64') }),
  );
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('--check passes on a lock file that has been completed', () => {
  const file = lockFile({
    '': {},
    'node_modules/a': { version: '1.0.0', optionalDependencies: { 'a-win32-x64': '1.0.0' } },
  });
  execFileSync(process.execPath, [script, file], { stdio: 'pipe' });
  expect(execFileSync(process.execPath, [script, '--check', file], { encoding: 'utf8' })).toBe('');
});
