import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeadLetter, Execution } from '@jobico/contract';
import { Config } from '@oclif/core';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { loadOptions } from '../src/main.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const PACKAGE = `
id: shop
tenant: acme
queues: [{ id: default }]
jobs:
  - event: { id: order-placed, supplierqueue: default, runtime: work }
runtimes: [{ id: work, moduleref: work.wasm }]
`;

/** What the commands of this test find on the platform. */
interface Stage {
  folder: string;
  file: string;
  execution: string;
  letter: string;
}

/** How a command is called, what its standard input is, and its exit code where that is not 0. */
type Case = (stage: Stage) => string[] | { args: string[]; exitCode?: number; input?: string };

/** Every command, in an order in which each finds what it needs. */
const CASES: Readonly<Record<string, Case>> = {
  'config show': () => [],
  'context add': () => ['here', '--url', 'http://127.0.0.1:8090'],
  'context list': () => [],
  'context show': () => [],
  'context use': () => ['--none'],
  'context remove': () => ['here'],
  doctor: () => [],
  'show env': () => [],
  'node list': () => [],
  'package validate': ({ file }) => [file],
  'package list': () => [],
  'package versions': () => ['shop'],
  'package get': () => ['shop'],
  'package pause': () => ['shop'],
  'package resume': () => ['shop'],
  'queue list': () => [],
  'queue get': () => ['default'],
  'queue peek': () => ['default'],
  'queue pause': () => ['default'],
  'queue resume': () => ['default'],
  'queue purge': () => ['default', '--all', '--dry-run'],
  'secret set': () => ({ args: ['TAX_KEY'], input: 'not much of a secret' }),
  'secret list': () => [],
  'secret rotate': () => [],
  'secret delete': () => ['TAX_KEY'],
  'webhook test': () => ({ args: ['no-such-event', '--data', '{}'], input: 'a secret', exitCode: 3 }),
  'tenant create': () => ['other'],
  'tenant get': () => ['other'],
  'tenant list': () => [],
  'token create': () => ['--tenant', 'acme', '--role', 'viewer'],
  'token list': () => ['--tenant', 'acme'],
  'token revoke': () => ({ args: ['000000000000'], exitCode: 3 }),
  'tenant delete': () => ['other', '--yes'],
  'init-nats': ({ folder }) => ['--out', join(folder, 'nats')],
  test: ({ folder }) => [join(folder, 'work.wasm'), '--data', '{}'],
  init: ({ folder }) => ['hello', '--language', 'typescript', '--folder', join(folder, 'hello')],
  'show deploy': () => ['acme', 'shop'],
  'event send': () => ['order-placed', '--data', '{}'],
  'event list': () => ['--queue', 'default'],
  'event get': () => ({ args: ['0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f'], exitCode: 3 }),
  'event replay': () => ['--queue', 'default', '--dry-run'],
  'kv put': () => ['prices', 'eur', '{"cents":1}'],
  'kv list': () => [],
  'kv get': () => ['prices', 'eur'],
  'kv delete': () => ['prices', 'eur'],
  'file list': () => [],
  'file get': () => ({ args: ['json', 'none.json'], exitCode: 3 }),
  'file delete': () => ({ args: ['json', 'none.json'], exitCode: 3 }),
  'schedule create': () => ['poll', 'order-placed', '--every', '1h', '--data', '{}'],
  'schedule list': () => [],
  'schedule get': () => ['poll'],
  'schedule update': () => ['poll', '--every', '2h'],
  'schedule pause': () => ['poll'],
  'schedule resume': () => ['poll'],
  'schedule trigger': () => ['poll'],
  'schedule cancel': () => ['poll'],
  'tenant limits get': () => [],
  'tenant limits set': () => ['--events-per-second', '100'],
  'execution list': () => [],
  'execution get': ({ execution }) => [execution],
  'execution logs': ({ execution }) => [execution],
  // It has ended; of one that waits: cancelling.int.test.ts.
  'execution cancel': ({ execution }) => ({ args: [execution], exitCode: 6 }),
  recorder: () => ['--lines', '5'],
  'deadletter list': () => [],
  'deadletter get': ({ letter }) => [letter],
  'deadletter redrive': ({ letter }) => [letter, '--dry-run'],
  'deadletter drop': ({ letter }) => [letter, '--dry-run'],
  'upload wasm': ({ folder }) => ['acme', 'other.wasm', join(folder, 'work.wasm')],
  'upload json': ({ folder }) => ['acme', 'other.json', join(folder, 'order.json')],
  deploy: ({ file }) => [file, '--dry-run'],
  rollback: () => ({ args: ['shop'], exitCode: 3 }),
  undeploy: () => ['shop'],
};

/** Commands that go on until they are stopped, or take long: where they are run. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  up: 'platform.int.test.ts',
  dev: 'dev.int.test.ts',
  build: 'build.test.ts',
  'execution replay': 'replay.int.test.ts',
  'backup create': '../../test/e2e/backup.e2e.test.ts',
  'backup restore': '../../test/e2e/backup.e2e.test.ts',
  'backup verify': '../../test/e2e/backup.e2e.test.ts',
  types: 'types.test.ts',
};

/** Commands that find nothing left to do the second time. */
const ONCE =
  /^(undeploy|init|init-nats|context add|context remove|secret delete|tenant create|tenant delete|schedule (create|cancel)|kv delete)$/;
const IS_LIST = / (list|versions|env)$/;
const IS_CHANGE = /^(schedule (update|pause|resume)|tenant limits set|secret set)$/;

const root = fileURLToPath(new URL('..', import.meta.url));

async function commandsOfOurs(): Promise<string[]> {
  const config = await Config.load(loadOptions({ root, isCheckout: true }));
  const ours = config.commands.filter(({ pluginName }) => pluginName === 'jobico');
  return ours.map(({ id }) => id.replaceAll(':', ' ')).toSorted();
}

async function prepare(url: string): Promise<Stage> {
  const folder = await temporaryFolder();
  const file = join(folder, 'shop.yaml');
  await writeFile(file, PACKAGE);
  await writeFile(join(folder, 'order.json'), '{"type":"object"}');
  await writeFile(join(folder, 'work.wasm'), await buildGuest('as-told'));
  const jobico = async <T>(...args: string[]) =>
    JSON.parse((await finish([...args, '--json'], { JOBICO_URL: url })).stdout) as T;
  await jobico('deploy', file);
  await jobico('event', 'send', 'order-placed', '--data', '{"attempts":["permanent"]}');
  return await vi.waitFor(
    async () => {
      const letters = await jobico<{ items: DeadLetter[] }>('deadletter', 'list');
      const executions = await jobico<{ items: Execution[] }>('execution', 'list');
      const [letter, execution] = [letters.items[0]?.id, executions.items[0]?.id];
      if (letter === undefined || execution === undefined) throw new Error('nothing has happened yet');
      return { folder, file, letter, execution };
    },
    { timeout: 30_000 },
  );
}

test('every command has a case here', async () => {
  expect([...Object.keys(ELSEWHERE), ...Object.keys(CASES)].toSorted()).toEqual(await commandsOfOurs());
  const missing = Object.values(ELSEWHERE).filter((file) => !existsSync(join(import.meta.dirname, file)));
  expect(missing).toEqual([]);
});

test('every command runs for real, as text of 80 columns and as JSON', { timeout: 300_000 }, async () => {
  const { urls } = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
  const stage = await prepare(urls.ctl);
  const env = { JOBICO_URL: urls.ctl, XDG_CONFIG_HOME: stage.folder };
  for (const [command, caseOf] of Object.entries(CASES)) {
    const of = caseOf(stage);
    const { args, exitCode = 0, input = '' } = Array.isArray(of) ? { args: of } : of;
    const jobico = (...more: string[]) => finish([...command.split(' '), ...args, ...more], env, { input });
    // Two that change the same thing at once may get in each other's way.
    const first = IS_CHANGE.test(command) ? await jobico() : jobico();
    const [text, json] = await Promise.all([first, ...(ONCE.test(command) ? [] : [jobico('--json')])]);
    expect({ command, ...text }).toMatchObject({ command, exitCode });
    const lines = IS_LIST.test(command) ? text.stdout.split('\n') : [];
    expect([command, lines.filter((line) => line.length > 80)]).toEqual([command, []]);
    if (json === undefined) continue;
    expect({ command, ...json }).toMatchObject({ command, exitCode });
    JSON.parse(json.stdout);
  }
});
