import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run as runArguments } from '@oclif/core';
import { captureOutput } from '@oclif/test';
import { loadOptions } from '../../src/main.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a command in this process; `exitCode` is what the process would end with. */
export async function run(...args: string[]): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  // No context of whoever runs the tests.
  process.env.XDG_CONFIG_HOME = join(tmpdir(), 'jobico-no-such-folder');
  const { exitCode: before } = process;
  process.exitCode = undefined;
  try {
    const { stdout, stderr, error } = await captureOutput(() =>
      runArguments(args, loadOptions({ root, isCheckout: true })),
    );
    const ended = endedWith();
    return { stdout, stderr, exitCode: error === undefined ? ended : (error.oclif?.exit ?? exitCodeOf(error)) };
  } finally {
    process.exitCode = before;
  }
}

/** A command that tells of what it could not do sets it, and throws nothing. */
function endedWith(): number {
  const { exitCode } = process;
  return typeof exitCode === 'number' ? exitCode : 0;
}

/** Commands are loaded by Node, not by vitest: their errors are of another copy of the class. */
function exitCodeOf(error: object): number {
  return 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 1;
}
