/** What wasm-tools and jco's translator get in place of jco's WASI shim, which would give them files and a thread. */
import { randomFillSync } from 'node:crypto';
import { hrtime } from 'node:process';

import { createWasi } from '../wasi/wasi.ts';

function neverSleeps(): never {
  throw new Error('the tools have nothing to wait for');
}

const wasi = createWasi({
  time: { monotonic: () => hrtime.bigint(), wall: () => Date.now(), sleep: neverSleeps },
  stdout: () => undefined,
  stderr: () => undefined,
  random: (bytes) => void randomFillSync(bytes),
});

export const environment = wasi['wasi:cli/environment'];
export const exit = wasi['wasi:cli/exit'];
export const stdin = wasi['wasi:cli/stdin'];
export const stdout = wasi['wasi:cli/stdout'];
export const stderr = wasi['wasi:cli/stderr'];
export const terminalInput = wasi['wasi:cli/terminal-input'];
export const terminalOutput = wasi['wasi:cli/terminal-output'];
export const terminalStdin = wasi['wasi:cli/terminal-stdin'];
export const terminalStdout = wasi['wasi:cli/terminal-stdout'];
export const terminalStderr = wasi['wasi:cli/terminal-stderr'];
export const preopens = wasi['wasi:filesystem/preopens'];
export const types = wasi['wasi:filesystem/types'];
export const error = wasi['wasi:io/error'];
export const streams = wasi['wasi:io/streams'];
export const random = wasi['wasi:random/random'];
