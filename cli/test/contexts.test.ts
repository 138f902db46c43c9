import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { findConnection, LOCAL_URL } from '../src/session/connection.ts';
import type { Contexts } from '../src/session/contexts.ts';
import { finish, temporaryFolder } from './support/process.ts';

// Each runs processes.
vi.setConfig({ testTimeout: 60_000 });

const CONTEXTS: Contexts = {
  current: 'prod',
  contexts: {
    prod: { url: 'https://prod', tenant: 'acme', token: 'prod-token', listenerUrl: 'https://in.prod' },
    bare: { url: 'https://bare' },
  },
};

const values = (...[given, environment]: [Parameters<typeof findConnection>[0], NodeJS.ProcessEnv?]) => {
  const { url, tenant, token } = findConnection(given, environment ?? {}, () => CONTEXTS);
  return [url.value, tenant?.value, token?.value];
};

describe('the platform that is meant', () => {
  test('is the local one where nobody says anything', () => {
    expect(findConnection({}, {}, () => ({ contexts: {} }))).toEqual({ url: { value: LOCAL_URL, source: 'default' } });
  });

  test('a flag wins over the environment, that over the context', () => {
    const environment = { JOBICO_URL: 'https://prod', JOBICO_TENANT: 'env', JOBICO_TOKEN: 'env-token' };
    expect(values({})).toEqual(['https://prod', 'acme', 'prod-token']);
    expect(values({}, environment)).toEqual(['https://prod', 'env', 'env-token']);
    expect(values({ tenant: 'flag', token: 'flag-token' }, environment)).toEqual([
      'https://prod',
      'flag',
      'flag-token',
    ]);
  });

  test('a context that a flag names wins over the environment', () => {
    const environment = { JOBICO_URL: 'https://other', JOBICO_TENANT: 'env', JOBICO_TOKEN: 'env-token' };
    expect(values({ context: 'prod' }, environment)).toEqual(['https://prod', 'acme', 'prod-token']);
    expect(values({ context: 'bare' }, environment)).toEqual(['https://bare', 'env', 'env-token']);
    expect(values({}, { JOBICO_CONTEXT: 'bare' })).toEqual(['https://bare', undefined, undefined]);
  });

  test('token and tenant of a context are never sent to another platform', () => {
    expect(values({ url: 'https://other' })).toEqual(['https://other', undefined, undefined]);
    expect(values({}, { JOBICO_URL: 'https://other' })).toEqual(['https://other', undefined, undefined]);
    expect(values({ context: 'prod', url: 'https://prod.example' })).toEqual([
      'https://prod.example',
      undefined,
      undefined,
    ]);
    expect(values({ url: 'https://prod/' })).toEqual(['https://prod/', 'acme', 'prod-token']);
  });

  test('a context that does not exist is not found, whoever names it', () => {
    expect(() => values({ context: 'prd' })).toThrow('there is no context prd');
    expect(() => values({}, { JOBICO_CONTEXT: '__proto__' })).toThrow('there is no context');
  });
});

describe('jobico context', () => {
  test('add, list, use and remove, in a file that nobody else can read', async () => {
    const home = await temporaryFolder();
    const file = join(home, 'jobico', 'contexts.json');
    const jobico = (...args: string[]) => finish(['context', ...args], { XDG_CONFIG_HOME: home });
    const added = await jobico('add', 'prod', '--url', 'https://prod.example', '--token', 's3cret', '--tenant', 'acme');
    expect(added).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('in use') as string });
    await jobico('add', 'other', '--url', 'https://other.example');
    const { stdout } = await jobico('list', '--json');
    expect(JSON.parse(stdout)).toEqual({
      items: [
        { name: 'prod', url: 'https://prod.example', tenant: 'acme', hasToken: true, isCurrent: true },
        { name: 'other', url: 'https://other.example', hasToken: false, isCurrent: false },
      ],
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    expect(await jobico('add', 'prod', '--url', 'https://x.example')).toMatchObject({ exitCode: 6 });
    expect(await jobico('use', 'othr')).toMatchObject({ exitCode: 3 });
    expect((await jobico('use', 'other')).stdout).toContain('other is in use');
    expect((await jobico('show')).stdout).toContain('https://other.example  (context other)');
    await jobico('remove', 'other');
    expect((await jobico('show')).stdout).toContain(`${LOCAL_URL}  (default)`);
    for (const each of [
      await jobico('list'),
      await jobico('show', '--context', 'prod'),
      await jobico('show', '--help'),
    ]) {
      expect(each.stdout + each.stderr).not.toContain('s3cret');
    }
    expect(await readFile(file, 'utf8')).toContain('s3cret');
  });

  test(
    'a command sends the token of its context, and - reads one from standard input',
    { timeout: 30_000 },
    async () => {
      const seen: (string | undefined)[] = [];
      const server = createServer((request, response) => {
        seen.push(request.headers.authorization);
        response.setHeader('content-type', 'application/json').end('{"items":[]}');
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const env = { XDG_CONFIG_HOME: await temporaryFolder() };
      await finish(['context', 'add', 'here', '--url', url, '--token', '-'], env, { input: 'from-stdin\n' });
      await finish(['node', 'list'], env);
      await finish(['node', 'list', '--url', `${url}/?elsewhere`], env);
      expect(seen).toEqual(['Bearer from-stdin', undefined]);
    },
  );

  test('a file that others can read is closed to them, and its user is told', async () => {
    const home = await temporaryFolder();
    const file = join(home, 'jobico', 'contexts.json');
    await mkdir(dirname(file));
    await writeFile(file, JSON.stringify({ contexts: {} }));
    await chmod(file, 0o644);
    const { stderr, exitCode } = await finish(['context', 'list'], { XDG_CONFIG_HOME: home });
    expect([exitCode, (await stat(file)).mode & 0o777]).toEqual([0, 0o600]);
    expect(stderr).toContain('could be read by others');
  });

  test('a file that is not as it was written is an error, not a crash', async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, 'jobico'));
    await writeFile(join(home, 'jobico', 'contexts.json'), '{"contexts": {"a": {"url": 1}}}');
    const { stderr, exitCode } = await finish(['context', 'list'], { XDG_CONFIG_HOME: home });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is not as jobico context writes it');
  });
});
