// Plain JavaScript for Node 20 and newer, as it runs before anything is installed: it installs what is missing, then
// continues on the pinned Node, which runs TypeScript as it is.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './bootstrap/child.mjs';
import { withInstallLock } from './bootstrap/install-lock.mjs';
import { matchesLock, readStamp, writeStamp } from './bootstrap/installed.mjs';
import { npmCi } from './bootstrap/npm-ci.mjs';
import { pinnedNodePath, usableNode } from './bootstrap/pinned-node.mjs';
import { green, report, say, seconds, StartError } from './bootstrap/terminal.mjs';

const OLDEST_NODE = 20;

/** The checkout's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The Node that runs the program; certain after `ensureInstalled`. */
export let nodeBin = pinnedNodePath(root);

/** Installs what the lock file says unless that has been done. Throws a `StartError` that tells what to do. */
export async function ensureInstalled() {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new StartError(`this needs Node ${OLDEST_NODE} or newer to start; this is ${process.version}`);
  }
  const stamp = readStamp(root) ?? (await withInstallLock(join(root, '.jobico', 'install.lock'), install));
  nodeBin = stamp.node;
}

async function install(alsoHeldBy) {
  // Whoever had the lock before may have done it.
  const done = readStamp(root);
  if (done !== undefined) return done;
  if (!matchesLock(root)) {
    const startedAt = performance.now();
    await npmCi(root, alsoHeldBy);
    say(`${green('✓')} installed dependencies in ${seconds(startedAt)}`);
  }
  const node = await usableNode(root);
  writeStamp(root, node);
  return { node };
}

/**
 * Runs a script of this checkout on the pinned Node, with the workspace's packages from their sources.
 * Resolves with its exit code, 128 + n when signal n ended it; signals to this process go on to it.
 */
export async function runPinned(script, args = [], { env = process.env } = {}) {
  const nodeArguments = ['--conditions=@jobico/source', join(root, script), ...args];
  const { code } = await run(nodeBin, nodeArguments, { cwd: root, env, stdio: 'inherit' });
  return code;
}

/** What every start file does: install what is missing, run the script, end with its exit code. */
export async function launch(script, args) {
  try {
    await ensureInstalled();
    process.exitCode = await runPinned(script, args);
  } catch (error) {
    process.exitCode = report(error);
  }
}
