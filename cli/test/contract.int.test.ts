import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@jobico/client';
import {
  createOperationChecks,
  fromProblem,
  OPERATION_NAMES,
  parseExactJson,
  type OperationName,
  type Problem,
} from '@jobico/contract';
import { startCtl } from '@jobico/ctl';
import { connectNats } from '@jobico/messaging';
import { startNatsServer } from '@jobico/nats-server';
import { createSilentLogger } from '@jobico/telemetry';
import { Config } from '@oclif/core';
import { expect, inject, onTestFinished, test } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { operationCalls } from '../../test/support/operations/calls.ts';
import { comparableAnswer } from '../../test/support/operations/comparable-answer.ts';
import { overHttp } from '../../test/support/operations/over-http.ts';
import { executionOf, standOf } from '../../test/support/operations/stand.ts';
import { loadOptions } from '../src/main.ts';
import { COMMAND_LINES, OTHER_COMMANDS, type CommandLine, type PutFile } from './support/command-lines.ts';
import { finish, start, temporaryFolder } from './support/process.ts';
import { run } from './support/run.ts';

/** A control plane that nobody else uses: what lists of everything tell, and a rotation changes, is everybody's. */
async function controlPlane() {
  const log = createSilentLogger();
  const server = await startNatsServer({ binary: inject('natsServerBinary'), dataDir: await temporaryFolder() });
  onTestFinished(() => server.stop());
  const ctl = await startCtl({
    natsUrl: server.url,
    log,
    port: 0,
    reconcileIntervalMs: 50,
    secretKeys: randomBytes(32).toString('base64'),
  });
  onTestFinished(() => ctl.stop());
  const nats = await connectNats({ url: server.url, name: 'test', log });
  onTestFinished(() => nats.close());
  return { url: ctl.url, nats };
}

/** Runs a command with `--json`: in this process, but where it reads standard input. */
async function overCli(url: string, { args, input }: CommandLine) {
  const line = [...args, '--url', url, '--json'];
  const { stdout, exitCode } = input === undefined ? await run(...line) : await finish(line, {}, { input });
  return { value: parseExactJson(stdout, Infinity), exitCode };
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'title' in value;

/** The problem that a command tells of, without the places in files that only it knows; else what it prints. */
function answered(value: unknown): unknown {
  const { error } = value as { error?: unknown };
  // An execution that failed has an error too.
  if (!isProblem(error)) return value;
  const { errors, ...problem } = error;
  const faults = errors as Record<string, unknown>[] | undefined;
  return { ...problem, ...(faults && { errors: faults.map(({ file: _file, line: _line, ...fault }) => fault) }) };
}

const exitCodeOf = (answer: unknown) => (isProblem(answer) ? fromProblem(answer).exitCode : 0);

async function commandLinesFor(name: OperationName, input: object, put: PutFile): Promise<CommandLine[]> {
  const ways = COMMAND_LINES[name];
  if (typeof ways === 'string') return [];
  const lines: CommandLine[] = [];
  for (const way of ways) {
    const line = await way(input as never, put);
    if (line) lines.push(Array.isArray(line) ? { args: line } : line);
  }
  return lines;
}

async function commandsOfOurs(): Promise<string[]> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { commands } = await Config.load(loadOptions({ root, isCheckout: true }));
  return commands.filter(({ pluginName }) => pluginName === 'jobico').map(({ id }) => id.replaceAll(':', ' '));
}

test(
  'every command prints with --json what its operation answers over HTTP in the same state, as the table says',
  { timeout: 180_000 },
  async () => {
    const { url, nats } = await controlPlane();
    const folder = await temporaryFolder();
    const put: PutFile = async (content) => {
      const file = join(folder, randomBytes(8).toString('hex'));
      await writeFile(file, content);
      return file;
    };
    const content = Buffer.from(await buildGuest('echo')).toString('base64');
    const [own, other] = [await standOf(nats, 'of-the-cli'), await standOf(nats, 'over-https')];
    const others = operationCalls(other, content);
    const checks = createOperationChecks();
    const commands = await commandsOfOurs();
    const used = new Set<string>();
    const compared = new Set<OperationName>();

    for (const [index, [name, input]] of operationCalls(own, content).entries()) {
      const expected = await overHttp({ url }, name, others[index]?.[1] ?? {});
      const lines = await commandLinesFor(name, input, put);
      for (const line of lines) {
        const command = commands
          .filter((id) => line.args.join(' ').startsWith(id))
          .toSorted((a, b) => b.length - a.length)[0];
        used.add(command ?? '');
        const { value, exitCode } = await overCli(url, line);
        const answer = answered(value);
        const [printed, wanted] = line.isUsage
          ? [isProblem(answer) && answer.code, 'usage']
          : [comparableAnswer(name, answer, own), comparableAnswer(name, expected, other)];
        const wantedExit = line.isUsage ? 2 : exitCodeOf(expected);
        expect.soft([index, line.args, exitCode, printed]).toEqual([index, line.args, wantedExit, wanted]);
        if (isProblem(answer)) continue;
        checks.output(name, answer);
        compared.add(name);
      }
      // What no command line says happens here too.
      if (lines.every(({ isUsage }) => isUsage)) await overHttp({ url }, name, input);
    }
    const withCommand = OPERATION_NAMES.filter((name) => typeof COMMAND_LINES[name] !== 'string');
    expect([...compared].toSorted()).toEqual(withCommand.toSorted());
    expect([...used, ...Object.keys(OTHER_COMMANDS)].toSorted()).toEqual(commands.toSorted());
  },
);

test('recorder --follow prints with --json, one a line, the records that execution.watch streams', async () => {
  const { url, nats } = await controlPlane();
  const { tenant } = await standOf(nats, 'acme');
  const record = async (n: number) => {
    const subject = `jobico.execution.${tenant}.shop.work.ok.default.${n}`;
    await nats.js.publish(subject, JSON.stringify(executionOf(tenant, n)));
  };
  const stop = new AbortController();
  const connected = Promise.withResolvers<void>();
  const client = createClient({ url });
  const streamed = client.watch('execution.watch', { tenant }, stop.signal, connected.resolve)[Symbol.asyncIterator]();
  const first = streamed.next();
  await connected.promise;
  const { stdout } = start(['recorder', '--follow', '--lines', '1', '--json', '--tenant', tenant, '--url', url]);
  const lines = () => stdout().split('\n').slice(0, -1);
  // The last one before shows that it follows.
  await expect.poll(() => lines().length).toBe(1);
  await record(1);
  await record(2);
  await expect.poll(() => lines().length).toBe(3);
  const expected = [(await first).value, (await streamed.next()).value];
  stop.abort();
  const printed = lines().map((line) => parseExactJson(line, Infinity));
  expect(printed.slice(1)).toEqual(expected);
  const checks = createOperationChecks();
  for (const each of printed) checks.output('execution.watch', each);
});
