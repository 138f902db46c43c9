import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { create } from 'tar';
import { expect, test } from 'vitest';
import { unpackExecutable } from '../src/unpack.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

test('takes the executable alone out of a zip', async () => {
  const archive = join(temporaryFolder(), 'archive.zip');
  writeFileSync(
    archive,
    zipSync({ 'release/nats-server.exe': strToU8('binary'), 'release/README.md': strToU8('text') }),
  );
  const folder = temporaryFolder();
  const path = await unpackExecutable(archive, { format: 'zip', entry: 'release/nats-server.exe' }, folder);
  expect(readFileSync(path, 'utf8')).toBe('binary');
  expect(readdirSync(folder)).toEqual(['nats-server.exe']);
});

test('takes the executable alone out of a tar', async () => {
  const archive = await tarOf((folder) => {
    writeFileSync(join(folder, 'nats-server'), 'binary');
    writeFileSync(join(folder, 'README.md'), 'text');
  });
  const folder = temporaryFolder();
  const path = await unpackExecutable(archive, { format: 'tar.gz', entry: 'release/nats-server' }, folder);
  expect(readFileSync(path, 'utf8')).toBe('binary');
  expect(readdirSync(folder)).toEqual(['nats-server']);
});

test('refuses an archive whose executable is a link', async () => {
  const archive = await tarOf((folder) => symlinkSync('/bin/sh', join(folder, 'nats-server')));
  const folder = temporaryFolder();
  const unpacked = unpackExecutable(archive, { format: 'tar.gz', entry: 'release/nats-server' }, folder);
  await expect(unpacked).rejects.toThrow('the archive has no release/nats-server');
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  { format: 'zip', reason: 'invalid zip data' },
  { format: 'tar.gz', reason: 'TAR_BAD_ARCHIVE' },
] as const)('refuses a $format that is none', async ({ format, reason }) => {
  const archive = join(temporaryFolder(), 'archive');
  writeFileSync(archive, 'a page that says the file has moved');
  const unpacked = unpackExecutable(archive, { format, entry: 'release/nats-server' }, temporaryFolder());
  await expect(unpacked).rejects.toThrow(reason);
});

async function tarOf(fill: (folder: string) => void): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'release'));
  fill(join(folder, 'release'));
  const file = join(folder, 'archive.tar.gz');
  await create({ file, gzip: true, cwd: folder }, ['release']);
  return file;
}
