import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { loadOptions } from '../src/main.ts';
import { run } from './support/run.ts';

const NOBODY = 'http://127.0.0.1:1';

test('every command of ours has a summary, an example, --json and --debug', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const config = await Config.load(loadOptions({ root, isCheckout: true }));
  const ours = config.commands.filter(({ pluginName }) => pluginName === 'jobico');
  expect(ours.map(({ id }) => id.replaceAll(':', ' ')).sort()).toEqual([
    'config show',
    'context add',
    'context list',
    'context remove',
    'context show',
    'context use',
    'deadletter drop',
    'deadletter get',
    'deadletter list',
    'deadletter redrive',
    'deploy',
    'event send',
    'execution get',
    'execution list',
    'execution logs',
    'init',
    'node list',
    'package get',
    'package list',
    'package pause',
    'package resume',
    'package validate',
    'package versions',
    'queue get',
    'queue list',
    'queue pause',
    'queue peek',
    'queue purge',
    'queue resume',
    'recorder',
    'rollback',
    'secret delete',
    'secret list',
    'secret rotate',
    'secret set',
    'show deploy',
    'show env',
    'tenant limits get',
    'tenant limits set',
    'undeploy',
    'up',
    'upload json',
    'upload wasm',
    'webhook test',
  ]);
  const incomplete = ours.filter(
    ({ summary, examples, flags }) => !summary || !examples?.length || !flags.json || !flags.debug,
  );
  expect(incomplete.map(({ id }) => id)).toEqual([]);
});

test('a misspelt command, a misspelt flag and a missing argument are usage errors', async () => {
  expect(await run('execution', 'lst', '--tenant', 'acme')).toMatchObject({ exitCode: 2 });
  const flag = await run('execution', 'list', '--tenat', 'acme');
  expect(flag.exitCode).toBe(2);
  expect(flag.stderr).toContain('Did you mean --tenant?');
  expect(await run('undeploy')).toMatchObject({ exitCode: 2 });
});

test('with no platform the error says how to start one, and the exit code is 8', async () => {
  const { stderr, exitCode } = await run('node', 'list', '--url', NOBODY);
  expect(exitCode).toBe(8);
  expect(stderr).toContain('✗ unavailable');
  expect(stderr).toContain('jobico up');
});

test('with --json the error stands on standard output, and nothing else', async () => {
  const { stdout, stderr, exitCode } = await run('node', 'list', '--url', NOBODY, '--json');
  expect(exitCode).toBe(8);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'unavailable' } });
});

test('a package with faults is refused before anything is asked of the platform, each fault with its line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jobico-cli-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'shop.yaml');
  await writeFile(
    file,
    `id: shop
tenant: acme
queues:
  - id: default
jobs:
  - event: { id: order-placed, suplierqueue: default, runtime: price }
runtimes:
  - { id: price, moduleref: price.wasm }
`,
  );
  const { stderr, exitCode } = await run('deploy', file, '--url', NOBODY);
  expect(exitCode).toBe(5);
  expect(stderr).toContain(`${file}:6  /jobs/0/event/suplierqueue`);
  expect(stderr).toContain('did you mean supplierqueue?');
});

test('an event is given once: in a file or as --data, as JSON', async () => {
  expect(await run('event', 'send', 'order-placed', '--url', NOBODY)).toMatchObject({ exitCode: 2 });
  const { stderr, exitCode } = await run('event', 'send', 'order-placed', '--data', '{', '--url', NOBODY);
  expect(exitCode).toBe(5);
  expect(stderr).toContain('not-json');
});

test('dead letters are dropped only by what names them: by filters, or all without one', async () => {
  for (const args of [[], ['--limit', '5'], ['--all', '--queue', 'default'], ['--all', '12']]) {
    const { exitCode, stderr } = await run('deadletter', 'drop', ...args, '--url', NOBODY);
    expect([args, exitCode]).toEqual([args, 2]);
    expect(stderr).toContain('--all');
  }
  const id = await run('deadletter', 'drop', '12', 'order-placed', '--url', NOBODY);
  expect(id).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('order-placed') as string });
  const time = await run('deadletter', 'redrive', '--since', 'yesterday', '--url', NOBODY);
  expect(time).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--since') as string });
});

test('up refuses a module that does not exist and says which was meant', async () => {
  const { stderr, exitCode } = await run('up', '--modules', 'listner');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Did you mean listener?');
});
