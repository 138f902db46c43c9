import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ERROR_CODES, JobicoError, toProblem, type ErrorCode } from '@jobico/contract';
import { expect, onTestFinished, test, vi } from 'vitest';
import { finish } from './support/process.ts';
import { run } from './support/run.ts';

// Some run processes.
vi.setConfig({ testTimeout: 120_000 });

/** What scripts rely on: a change here breaks them. */
const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  internal: 1,
  usage: 2,
  'bad-request': 2,
  'config-invalid': 2,
  'not-found': 3,
  unauthenticated: 4,
  denied: 4,
  'not-json': 5,
  'unsupported-media-type': 5,
  invalid: 5,
  'package-invalid': 5,
  'schema-invalid': 5,
  'component-refused': 5,
  'build-failed': 5,
  conflict: 6,
  'event-claimed': 6,
  'too-large': 7,
  'limit-exceeded': 7,
  'queue-full': 7,
  unavailable: 8,
  timeout: 8,
  'nats-server-missing': 8,
  'nats-server-failed': 8,
  'port-in-use': 8,
  'disk-full': 8,
  'job-failed': 9,
};

/** A control plane that answers every request with one error. */
async function refusing(code: ErrorCode): Promise<string> {
  const problem = toProblem(new JobicoError(code, `it is \u001b[31m${code}`, { hint: 'Do something.' }), 'id-1');
  const server = createServer((_, response) => {
    response.writeHead(problem.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each(ERROR_CODES)('%s that the platform answers is told on standard error, with its exit code', async (code) => {
  const { exitCode, stdout, stderr } = await run('node', 'list', '--url', await refusing(code));
  expect({ exitCode, stdout }).toEqual({ exitCode: EXIT_CODES[code], stdout: '' });
  expect(stderr).toContain(`✗ ${code}: `);
  expect(stderr).not.toContain('\u001b[31m' + code);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('a real process ends with the same code, and shows a stack trace with --debug alone', async () => {
  const url = await refusing('conflict');
  const list = async (...flags: string[]) => await finish(['node', 'list', '--url', url, ...flags]);
  const [quiet, debug] = await Promise.all([list(), list('--debug')]);
  expect([quiet.exitCode, debug.exitCode]).toEqual([6, 6]);
  expect(quiet.stderr).not.toMatch(/^\s+at /m);
  expect(debug.stderr).toMatch(/^\s+at /m);
});

test('colours are for terminals, FORCE_COLOR brings them elsewhere, NO_COLOR takes them', async () => {
  const url = await refusing('denied');
  const colours = async (env: NodeJS.ProcessEnv) =>
    (await finish(['node', 'list', '--url', url], env)).stderr.includes('\u001b[');
  const environments = [{ NO_COLOR: undefined }, { NO_COLOR: undefined, FORCE_COLOR: '1' }, { NO_COLOR: '1' }];
  expect(await Promise.all(environments.map(colours))).toEqual([false, true, false]);
});

test.each([
  ['a flag that does not exist', ['node', 'list', '--tenat', 'acme']],
  ['a value that is not allowed', ['execution', 'list', '--status', 'fine']],
  ['an argument that is missing', ['undeploy']],
  ['a file that is not there', ['deploy', 'no-such-file.yaml']],
  ['a tenant that cannot be', ['package', 'list', '--tenant', 'No One']],
  ['a URL that is none', ['node', 'list', '--url', 'localhost:8090']],
  ['a platform that is not there', ['node', 'list', '--url', 'http://127.0.0.1:1']],
])('%s is told as it was', async (_, args) => {
  const { exitCode, stdout, stderr } = await run(...args);
  expect(stdout).toBe('');
  expect(`exit code ${exitCode}\n${stderr}`).toMatchSnapshot();
});

test('words that are no command are told by the one that was meant', async () => {
  const words = [['exection', 'list'], ['evnts'], ['node', 'list', 'all']];
  const told = await Promise.all(words.map(async (args) => await finish(args)));
  expect(told.map(({ exitCode, stderr }) => `exit code ${exitCode}\n${stderr}`).join('\n')).toMatchSnapshot();
});
