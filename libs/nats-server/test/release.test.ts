import { expect, test } from 'vitest';
import { releaseArchive } from '../src/release.ts';

test.each([
  ['linux', 'x64', 'nats-server-v2.15.1-linux-amd64.tar.gz'],
  ['linux', 'arm64', 'nats-server-v2.15.1-linux-arm64.tar.gz'],
  ['darwin', 'arm64', 'nats-server-v2.15.1-darwin-arm64.tar.gz'],
  ['win32', 'x64', 'nats-server-v2.15.1-windows-amd64.zip'],
] as const)('the archive for %s-%s is %s', (platform, arch, name) => {
  const archive = releaseArchive(undefined, platform, arch);
  expect(archive.name).toBe(name);
  expect(archive.url.href).toBe(`https://github.com/nats-io/nats-server/releases/download/v2.15.1/${name}`);
  expect(archive.checksumsUrl.href).toMatch(/\/v2\.15\.1\/SHA256SUMS$/);
});

test('the executable in a Windows archive is an .exe', () => {
  expect(releaseArchive(undefined, 'win32', 'x64').entry).toBe('nats-server-v2.15.1-windows-amd64/nats-server.exe');
});

test('a mirror may be given with or without a slash at its end', () => {
  const hrefs = ['http://mirror/nats', 'http://mirror/nats/'].map(
    (base) => releaseArchive(base, 'linux', 'x64').url.href,
  );
  expect(new Set(hrefs)).toEqual(new Set(['http://mirror/nats/v2.15.1/nats-server-v2.15.1-linux-amd64.tar.gz']));
});

test('a platform without an official archive is named', () => {
  expect(() => releaseArchive(undefined, 'aix', 'ppc64')).toThrow('no official archive for aix-ppc64');
});
