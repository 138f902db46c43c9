import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProvisionOptions, ProvisionStep } from '../src/index.ts';
import { NATS_SERVER_VERSION, provisionNatsServer } from '../src/index.ts';
import { mirrorOfVersion, serve } from './support/release-mirror.ts';
import { script, standInServer } from './support/stand-in.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Nothing on PATH but what a stand-in script itself needs, and a mirror that nobody serves. */
function bare(options: Partial<ProvisionOptions> & { path?: string } = {}): ProvisionOptions {
  const { path = temporaryFolder(), env, ...rest } = options;
  return {
    cacheDir: temporaryFolder(),
    releaseBaseUrl: 'http://127.0.0.1:1',
    env: { PATH: path, ...env },
    timeouts: { connectMs: 2_000, stallMs: 50 },
    ...rest,
  };
}

test('JOBICO_NATS_SERVER goes before PATH', async () => {
  const named = standInServer(temporaryFolder(), '2.14.2');
  const path = temporaryFolder();
  standInServer(path, '2.15.0');
  const found = await provisionNatsServer(bare({ path, env: { JOBICO_NATS_SERVER: named } }));
  expect(found).toEqual({ path: named, version: '2.14.2', source: 'env' });
});

test('an unusable JOBICO_NATS_SERVER is an error, never passed over in silence', async () => {
  const path = temporaryFolder();
  standInServer(path, '2.15.0');
  await expect(provisionNatsServer(bare({ path, env: { JOBICO_NATS_SERVER: '/no/such/file' } }))).rejects.toMatchObject(
    {
      code: 'nats-server-missing',
      message: 'JOBICO_NATS_SERVER cannot be used: /no/such/file could not be run: ENOENT',
      hint: expect.stringContaining('2.14.0'),
    },
  );
});

test('a JOBICO_NATS_SERVER that is too old is an error that names both versions', async () => {
  const named = standInServer(temporaryFolder(), '2.10.9');
  await expect(provisionNatsServer(bare({ env: { JOBICO_NATS_SERVER: named } }))).rejects.toMatchObject({
    message: `JOBICO_NATS_SERVER cannot be used: ${named} is 2.10.9, older than 2.14.0`,
  });
});

test('a recent nats-server on PATH is taken as it is', async () => {
  const path = temporaryFolder();
  const installed = standInServer(path, '2.14.0');
  const steps: ProvisionStep[] = [];
  const found = await provisionNatsServer(bare({ path, onStep: (step) => steps.push(step) }));
  expect(found).toEqual({ path: installed, version: '2.14.0', source: 'path' });
  expect(steps).toEqual([]);
});

test('an old nats-server on PATH is passed over for the release', async () => {
  const path = temporaryFolder();
  standInServer(path, '2.10.0');
  const { url } = await mirrorOfVersion(NATS_SERVER_VERSION);
  const found = await provisionNatsServer(bare({ path, releaseBaseUrl: url }));
  expect(found.source).toBe('release');
});

test('a caller may ask for a newer version than the default', async () => {
  const path = temporaryFolder();
  standInServer(path, '2.14.9');
  await expect(provisionNatsServer(bare({ path, minimumVersion: '2.15.0' }))).rejects.toThrow(
    'is 2.14.9, older than 2.15.0',
  );
});

test('the release is downloaded once, reported, and then found in the cache', async () => {
  const mirror = await mirrorOfVersion(NATS_SERVER_VERSION);
  const steps: ProvisionStep[] = [];
  const options = bare({ env: { JOBICO_NATS_RELEASE_URL: mirror.url } });
  delete options.releaseBaseUrl;
  const first = await provisionNatsServer({ ...options, onStep: (step) => steps.push(step) });
  expect(first).toMatchObject({ version: NATS_SERVER_VERSION, source: 'release' });
  const last = steps.at(-1);
  expect(last?.receivedBytes).toBeGreaterThan(0);
  expect(last?.receivedBytes).toBe(last?.totalBytes);

  const second = await provisionNatsServer(options);
  expect(second).toEqual({ ...first, source: 'cache' });
  expect(mirror.requests).toHaveLength(2);
});

test('nothing but the binary stays in the cache', async () => {
  const { url } = await mirrorOfVersion(NATS_SERVER_VERSION);
  const options = bare({ releaseBaseUrl: url });
  await provisionNatsServer(options);
  expect(readdirSync(options.cacheDir, { recursive: true }).map(String).toSorted()).toEqual([
    'nats-server',
    join('nats-server', `v${NATS_SERVER_VERSION}`),
    join('nats-server', `v${NATS_SERVER_VERSION}`, 'nats-server'),
  ]);
});

test('a redirect to another server is followed', async () => {
  const { url } = await mirrorOfVersion(NATS_SERVER_VERSION);
  const front = await serve((request, response) => {
    response.writeHead(302, { location: `${url}${request.url}` }).end();
  });
  expect((await provisionNatsServer(bare({ releaseBaseUrl: front }))).source).toBe('release');
});

test('a damaged binary in the cache is replaced', async () => {
  const { url } = await mirrorOfVersion(NATS_SERVER_VERSION);
  const options = bare({ releaseBaseUrl: url });
  const cached = script(join(options.cacheDir, 'nats-server', `v${NATS_SERVER_VERSION}`), 'nats-server', 'exit 1');
  expect(await provisionNatsServer(options)).toMatchObject({ path: cached, source: 'release' });
});

test('what an interrupted process left in the cache is removed', async () => {
  const { url } = await mirrorOfVersion(NATS_SERVER_VERSION);
  const options = bare({ releaseBaseUrl: url });
  // No system gives out process ids this large.
  script(join(options.cacheDir, 'nats-server', 'partial-999999999-abc'), 'archive', '');
  await provisionNatsServer(options);
  expect(readdirSync(join(options.cacheDir, 'nats-server'))).toEqual([`v${NATS_SERVER_VERSION}`]);
});

test.each([
  {
    name: 'an archive with the wrong checksum',
    behaviour: { archive: (_, response) => response.end('not what was promised') },
    reason: /has SHA-256 [0-9a-f]{64}, SHA256SUMS says/,
  },
  {
    name: 'an archive that is cut off',
    behaviour: {
      archive: (_, response, archive) => {
        response.writeHead(200, { 'content-length': archive.length });
        response.write(archive.subarray(0, 40), () => response.destroy());
      },
    },
    reason: /cut off after \d+ of \d+ bytes/,
  },
  {
    name: 'an archive that is not there',
    behaviour: { archive: (_, response) => response.writeHead(404).end() },
    reason: /answered 404 for \/v2/,
  },
  {
    name: 'a download that stalls',
    behaviour: {
      archive: (_, response, archive) => {
        response.writeHead(200, { 'content-length': archive.length });
        response.write(archive.subarray(0, 40));
      },
    },
    reason: /stalled: no data for 0.05 s after 40 bytes/,
  },
  {
    name: 'an archive that claims to be huge',
    behaviour: { archive: (_, response) => response.writeHead(200, { 'content-length': 10 ** 10 }).flushHeaders() },
    reason: /larger than the 67108864 bytes allowed/,
  },
  {
    name: 'checksums that do not name the archive',
    behaviour: { checksums: (_, response) => response.end('nothing here') },
    reason: /SHA256SUMS does not name nats-server-v/,
  },
] satisfies { name: string; behaviour: Parameters<typeof mirrorOfVersion>[1]; reason: RegExp }[])(
  '$name is refused with its reason, and leaves nothing in the cache',
  async ({ behaviour, reason }) => {
    const { url } = await mirrorOfVersion(NATS_SERVER_VERSION, behaviour);
    const options = bare({ releaseBaseUrl: url });
    await expect(provisionNatsServer(options)).rejects.toThrow(reason);
    expect(readdirSync(join(options.cacheDir, 'nats-server', `v${NATS_SERVER_VERSION}`))).toEqual([]);
    expect(readdirSync(join(options.cacheDir, 'nats-server'))).toEqual([`v${NATS_SERVER_VERSION}`]);
  },
);

test('a mirror that accepts and never answers is given up', async () => {
  const url = await serve(() => undefined);
  await expect(provisionNatsServer(bare({ releaseBaseUrl: url, timeouts: { connectMs: 50 } }))).rejects.toThrow(
    'did not answer within 0.05 s',
  );
});

test('go install builds the pinned version into the cache', async () => {
  const path = temporaryFolder();
  const asked = join(path, 'asked');
  script(
    path,
    'go',
    `echo "$@" > ${asked}; printf '#!/bin/sh\\necho "nats-server: v2.15.1"\\n' > "$GOBIN/nats-server"; /bin/chmod 755 "$GOBIN/nats-server"`,
  );
  const found = await provisionNatsServer(bare({ path }));
  expect(found).toMatchObject({ version: '2.15.1', source: 'go' });
  expect(readFileSync(asked, 'utf8')).toBe('install github.com/nats-io/nats-server/v2@v2.15.1\n');
});

test('a go install that fails gives its last line', async () => {
  const path = temporaryFolder();
  script(path, 'go', 'echo first >&2; echo "no route to proxy" >&2; exit 1');
  await expect(provisionNatsServer(bare({ path }))).rejects.toThrow(
    'go install ended with exit code 1: no route to proxy',
  );
});

test('when every way fails, the error lists each with its reason and the step to do by hand', async () => {
  const options = bare();
  await expect(provisionNatsServer(options)).rejects.toMatchObject({
    code: 'nats-server-missing',
    message: [
      'no nats-server 2.14.0 or newer was found, and none could be fetched',
      '  nats-server on PATH: not in any folder of PATH',
      `  cache ${join(options.cacheDir, 'nats-server', 'v2.15.1', 'nats-server')}: nothing there yet`,
      '  download from http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
      '  go install github.com/nats-io/nats-server/v2@v2.15.1: go is not on PATH',
    ].join('\n'),
    hint: expect.stringMatching(/^Download http.*nats-server-v2\.15\.1.*, then set JOBICO_NATS_SERVER/),
    details: { attempts: [{ way: 'path' }, { way: 'cache' }, { way: 'release' }, { way: 'go' }] },
  });
});

test('an abort ends the download and tries nothing further', async () => {
  const controller = new AbortController();
  const url = await serve(() => controller.abort());
  const path = temporaryFolder();
  script(path, 'go', 'exit 1');
  const aborted = provisionNatsServer(bare({ path, releaseBaseUrl: url, signal: controller.signal }));
  await expect(aborted).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});
