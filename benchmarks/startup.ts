// How long does the command line take to start? Beside a bare Node in the same run. See README.md.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installCli } from '../test/support/install-cli.ts';
import { runBenchmark } from './entry.ts';
import { median } from './measure/statistics.ts';
import { barLine } from './report/bars.ts';
import { readRoundOptions, usageOf, type RoundOptions } from './rounds.ts';

const run = promisify(execFile);

/** Milliseconds that `jobico --version` may take on a machine that does nothing else. */
const BAR_MS = 300;
const TRIES_A_ROUND = 5;

async function bench({ rounds }: RoundOptions, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'jobico-startup-'));
  try {
    console.error('packing and installing the command line …');
    const bin = await installCli(folder);
    const asked = {
      'node -e 0': ['-e', '0'],
      'jobico --version': [bin, '--version'],
      'jobico --help': [bin, '--help'],
    };
    const took = new Map<string, number[]>(Object.keys(asked).map((name) => [name, []]));
    // In turn, so that what else the machine does meets all of them.
    for (let attempt = 0; attempt < rounds * TRIES_A_ROUND; attempt += 1) {
      for (const [name, args] of Object.entries(asked)) {
        const from = performance.now();
        await run(process.execPath, args, { signal });
        took.get(name)?.push(performance.now() - from);
      }
    }
    for (const [name, all] of took) console.log(`${name.padEnd(18)} ${median(all).toFixed(0)} ms`);
    console.log(`\n${barLine('jobico --version, ms', median(took.get('jobico --version') ?? []), BAR_MS, 0)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await runBenchmark(
  process.argv.slice(2),
  usageOf('startup', 'two seconds'),
  readRoundOptions,
  bench,
);
