import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { keepSaying } from './terminal.mjs';

const LOOK_EVERY_MS = 250;
const TOUCH_EVERY_MS = 10_000;
/** Long enough for a machine that was asleep to wake up and touch its lock again. */
const ABANDONED_AFTER_MS = 5 * 60_000;

/**
 * Runs `work` while no other process installs into this checkout; two `npm ci` at once would delete each other's files.
 * The lock names its processes, this one and those that `work` tells to its argument (npm goes on when its parent is
 * killed), and is touched while they work, so a lock that nobody holds any more does not last.
 */
export async function withInstallLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  await take(file);
  const alsoHeldBy = (pid) => writeFileSync(file, holders(process.pid, pid));
  const touch = setInterval(() => utimesSync(file, new Date(), new Date()), TOUCH_EVERY_MS);
  try {
    return await work(alsoHeldBy);
  } finally {
    clearInterval(touch);
    rmSync(file, { force: true });
  }
}

async function take(file) {
  let stopSaying;
  try {
    while (!tryTake(file)) {
      const holder = read(file);
      if (holder === undefined) continue;
      if (isAbandoned(file, holder)) {
        removeIfUnchanged(file, holder.text);
        continue;
      }
      stopSaying ??= keepSaying(
        `waiting for process ${holder.pids?.[0] ?? '?'}`,
        ', which is installing in this checkout',
      );
      await delay(LOOK_EVERY_MS);
    }
  } finally {
    stopSaying?.();
  }
}

function holders(...pids) {
  return JSON.stringify({ pids, host: hostname() });
}

function tryTake(file) {
  try {
    writeFileSync(file, holders(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
    return { ...JSON.parse(text), text };
  } catch (error) {
    // Gone again, or made a moment ago and still empty.
    return error.code === 'ENOENT' ? undefined : { text };
  }
}

function isAbandoned(file, { pids, host }) {
  const touchedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  if (Date.now() - touchedAt > ABANDONED_AFTER_MS) return true;
  return pids !== undefined && host === hostname() && !pids.some(isAlive);
}

/** Two may find the same abandoned lock at once; the slower one must not remove what the faster one took. */
function removeIfUnchanged(file, text) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') === text) rmSync(aside);
  else renameSync(aside, file);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return !hasEnded(pid);
}

/** One that has ended keeps its id until its parent asks about it, and in a container there may be nobody to ask. */
function hasEnded(pid) {
  try {
    return process.platform === 'linux' && readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '';
  } catch (error) {
    return error.code === 'ENOENT';
  }
}
