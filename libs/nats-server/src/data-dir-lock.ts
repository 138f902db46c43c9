import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { JobicoError } from '@jobico/contract';
import { commandLine, isAlive } from './process-identity.ts';

/** A lock without a server belongs to a start that is under way for no longer than this. */
const LONGEST_START_MS = 10_000;
const LONGEST_STOP_MS = 10_000;

interface Holder {
  /** The process that started the server. */
  ownerPid: number;
  /** Absent for the moment between taking the lock and starting the server. */
  serverPid?: number;
}

/** Held while a nats-server of ours runs on a data directory. */
export interface DataDirLock {
  /** Notes whose server it is, so that a later start can tell a left-over from a stranger. */
  serverStarted: (serverPid: number) => void;
  release: () => void;
}

/**
 * Takes a data directory for one nats-server. The server itself takes no lock: two of them on one directory destroy it.
 *
 * A directory in use is refused with `conflict`. A server whose owner was killed and that still runs is stopped (a
 * SIGTERM, so it writes out what it has): reusing it would mean running with settings, a port and an end that are not
 * ours. It is recognised by its command line, so a process that merely has its number now is left alone.
 * The lock tells processes of one machine apart, not of two that share the directory over a network.
 */
export async function lockDataDir(dataDir: string, onStop: (serverPid: number) => void): Promise<DataDirLock> {
  const file = lockFile(dataDir);
  for (;;) {
    if (tryWrite(file, { ownerPid: process.pid })) break;
    const found = read(file);
    if (found === undefined) continue;
    await makeWay(dataDir, found, onStop);
    removeIfUnchanged(file, found.text);
  }
  return {
    serverStarted: (serverPid) => writeFileSync(file, JSON.stringify({ ownerPid: process.pid, serverPid })),
    release: () => rmSync(file, { force: true }),
  };
}

export function lockFile(dataDir: string): string {
  return join(dataDir, 'nats-server.lock');
}

async function makeWay(dataDir: string, { holder, ageMs }: Found, onStop: (pid: number) => void): Promise<void> {
  const { ownerPid, serverPid } = holder ?? {};
  if (serverPid === undefined) {
    const isStarting = ageMs < LONGEST_START_MS && (ownerPid === undefined || isAlive(ownerPid));
    if (isStarting) throw inUse(dataDir, `process ${ownerPid ?? '?'} is starting a nats-server there`);
    return;
  }
  if (!runsOn(dataDir, serverPid)) return;
  if (ownerPid !== undefined && isAlive(ownerPid)) {
    throw inUse(dataDir, `nats-server ${serverPid}, started by process ${ownerPid}, is running there`);
  }
  await stopLeftOver(dataDir, serverPid, onStop);
}

async function stopLeftOver(dataDir: string, serverPid: number, onStop: (pid: number) => void): Promise<void> {
  // Without a way to see whose process it is, none is ended.
  if (commandLine(serverPid) === undefined) {
    throw inUse(dataDir, `process ${serverPid}, probably the nats-server of an earlier run, is still there`);
  }
  onStop(serverPid);
  process.kill(serverPid, 'SIGTERM');
  const giveUpAt = performance.now() + LONGEST_STOP_MS;
  while (runsOn(dataDir, serverPid)) {
    if (performance.now() > giveUpAt) {
      throw inUse(dataDir, `nats-server ${serverPid} of an earlier run does not end`);
    }
    await delay(20);
  }
}

/** Whether this process is a nats-server on this directory: every one we start has the directory in its arguments. */
function runsOn(dataDir: string, pid: number): boolean {
  return commandLine(pid)?.includes(resolve(dataDir)) ?? isAlive(pid);
}

function inUse(dataDir: string, what: string): JobicoError {
  return new JobicoError('conflict', `the data directory ${dataDir} is in use: ${what}`, {
    hint: 'Stop what uses it, or choose another data directory.',
    details: { dataDir },
  });
}

interface Found {
  text: string;
  ageMs: number;
  holder: Holder | undefined;
}

function read(file: string): Found | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return { text, ageMs: Date.now() - statSync(file).mtimeMs, holder: parse(text) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    // Read between its creation and its content.
    return undefined;
  }
}

function tryWrite(file: string, holder: Holder): boolean {
  try {
    writeFileSync(file, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // On a full disk it is made and cannot be filled.
    rmSync(file, { force: true });
    throw error;
  }
}

/** Two starts may find the same stale lock at once; the slower one must not remove what the faster one took. */
function removeIfUnchanged(file: string, text: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') === text) rmSync(aside);
  else renameSync(aside, file);
}
