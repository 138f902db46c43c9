import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { lockFile } from '../src/data-dir-lock.ts';
import type { NatsServer, NatsServerLog } from '../src/index.ts';
import { startNatsServer } from '../src/index.ts';
import { endWithParent } from '../src/parent-death.ts';
import { isAlive } from '../src/process-identity.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const binary = inject('natsServerBinary');
// No system gives out process ids this large.
const DEAD_PID = 999_999_999;
/** Linux with util-linux; elsewhere the next start stops what was left. */
const endsWithOwner = (await endWithParent(process.env)).length > 0;

async function start(dataDir: string, log?: NatsServerLog): Promise<NatsServer> {
  const server = await startNatsServer({ binary, dataDir, ...(log && { log }) });
  onTestFinished(() => server.stop());
  return server;
}

function holder(dataDir: string): { ownerPid: number; serverPid: number } {
  return JSON.parse(readFileSync(lockFile(dataDir), 'utf8')) as { ownerPid: number; serverPid: number };
}

/** Another process that starts a server on this directory, up to the moment when it is ready. */
async function otherOwner(dataDir: string): Promise<{ kill: () => Promise<void>; serverPid: number }> {
  const program = fileURLToPath(new URL('support/server-owner.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@jobico/source', program, binary, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const [serverPid] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { kill, serverPid: Number(serverPid) };
}

test('a second server on the same data directory is refused, and the first runs on', async () => {
  const dataDir = temporaryFolder();
  const first = await start(dataDir);
  await expect(start(dataDir)).rejects.toMatchObject({
    code: 'conflict',
    message: `the data directory ${dataDir} is in use: nats-server ${first.pid}, started by process ${process.pid}, is running there`,
  });
  expect(isAlive(first.pid)).toBe(true);
  expect(existsSync(lockFile(dataDir))).toBe(true);
});

test('of two starts at once on one data directory, one gets it', async () => {
  const dataDir = temporaryFolder();
  const results = await Promise.allSettled([start(dataDir), start(dataDir)]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('a data directory of another living process is refused', async () => {
  const dataDir = temporaryFolder();
  const { serverPid } = await otherOwner(dataDir);
  await expect(start(dataDir)).rejects.toMatchObject({ code: 'conflict' });
  expect(isAlive(serverPid)).toBe(true);
});

test.runIf(endsWithOwner)('a server ends when its owner is killed', async () => {
  const { kill, serverPid } = await otherOwner(temporaryFolder());
  await kill();
  await vi.waitFor(() => expect(isAlive(serverPid)).toBe(false), { timeout: 10_000 });
});

test('the data directory of a killed owner is free for the next start', async () => {
  const dataDir = temporaryFolder();
  const { kill, serverPid } = await otherOwner(dataDir);
  await kill();
  const next = await start(dataDir);
  expect(isAlive(serverPid)).toBe(false);
  expect(holder(dataDir).serverPid).toBe(next.pid);
});

test('a server left behind on the data directory is stopped, and the log says so', async () => {
  const dataDir = temporaryFolder();
  const left = await start(dataDir);
  writeFileSync(lockFile(dataDir), JSON.stringify({ ownerPid: DEAD_PID, serverPid: left.pid }));
  const warnings: string[] = [];
  const drop = () => undefined;
  const next = await start(dataDir, { debug: drop, info: drop, error: drop, warn: (line) => warnings.push(line) });
  expect(isAlive(left.pid)).toBe(false);
  expect(warnings[0]).toBe(`stopping nats-server ${left.pid}, which a run that was killed left on ${dataDir}`);
  expect(holder(dataDir)).toEqual({ ownerPid: process.pid, serverPid: next.pid });
});

test('a process that only has the number of the server now is left alone', async () => {
  const dataDir = temporaryFolder();
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => {
    stranger.kill();
  });
  writeFileSync(lockFile(dataDir), JSON.stringify({ ownerPid: DEAD_PID, serverPid: stranger.pid }));
  await start(dataDir);
  expect(stranger.exitCode).toBeNull();
  expect(stranger.signalCode).toBeNull();
});

test('a lock whose taker was killed before it started a server does not last', async () => {
  const dataDir = temporaryFolder();
  writeFileSync(lockFile(dataDir), JSON.stringify({ ownerPid: DEAD_PID }));
  await start(dataDir);
  expect(holder(dataDir).ownerPid).toBe(process.pid);
});
