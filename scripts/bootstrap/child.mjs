import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a child to its end. Resolves with its exit `code`, 128 + n when signal n ended it, and with the `signal` that
 * this process was sent meanwhile, if any: it goes on to the child, and this process waits, as the child has things to
 * finish. That is why `spawnSync` will not do: it would die at once and leave the child behind.
 */
export async function run(command, args, options, onStart = () => {}) {
  const child = spawn(command, args, options);
  onStart(child);
  /** @type {NodeJS.Signals | undefined} */
  let received;
  const forward = (signal) => {
    received = signal;
    // Ctrl-C on a terminal reaches the whole group; sent again it would look like an impatient second one.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => resolve(signal ? codeOf(signal) : status));
    });
    return { code, signal: received };
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/** Like `run`, with everything that the child prints as `output`. */
export async function runCaptured(command, args, options, onStart = () => {}) {
  let output = '';
  const result = await run(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }, (child) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    onStart(child);
  });
  return { ...result, output };
}

/** The exit code of a process that a signal ended, as shells have it. */
export function codeOf(signal) {
  return 128 + constants.signals[signal];
}
