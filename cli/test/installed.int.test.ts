import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { installed } from './support/installed.ts';
import { temporaryFolder } from './support/process.ts';

const run = promisify(execFile);
const FASTEST_OF = 5;
/** On a machine that does nothing else. A busy one, on which Node itself starts slowly, has as many times that. */
const LONGEST_START_MS = 300;
const TIMES_NODE = 8;

/** Of several tries: what the machine does beside them makes each longer, none shorter. */
async function fastest(args: readonly string[]): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < FASTEST_OF; i += 1) {
    const from = performance.now();
    await run(process.execPath, args);
    best = Math.min(best, performance.now() - from);
  }
  return best;
}

test(
  'installed, it knows its commands from a manifest, starts quickly and completes words',
  { timeout: 180_000 },
  async () => {
    const bin = await installed();
    const manifest = JSON.parse(await readFile(join(dirname(bin), '..', 'oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, { flags: { url?: { default?: unknown } } }>;
    };
    expect(Object.keys(manifest.commands)).toContain('execution:list');
    // What the environment of whoever packed it said must not be everybody's default.
    expect(manifest.commands['execution:list']?.flags.url?.default).toBeUndefined();

    const bare = await fastest(['-e', '0']);
    const starts = { version: await fastest([bin, '--version']), help: await fastest([bin, '--help']) };
    console.log(
      `node ${bare.toFixed(0)} ms, --version ${starts.version.toFixed(0)} ms, --help ${starts.help.toFixed(0)} ms`,
    );
    const longest = Math.max(LONGEST_START_MS, TIMES_NODE * bare);
    expect(starts.version).toBeLessThan(longest);
    expect(starts.help).toBeLessThan(longest);

    const cache = await temporaryFolder();
    const env = { ...process.env, XDG_CACHE_HOME: cache };
    await run(process.execPath, [bin, 'autocomplete', '--refresh-cache'], { env });
    const { stdout: setup } = await run(process.execPath, [bin, 'autocomplete', 'script', 'bash'], { env });
    expect(setup).toContain(cache);
    const script = join(cache, 'complete.sh');
    await writeFile(
      script,
      `${setup}
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); cur="\${@: -1}"; COMPREPLY=(); _jobico_autocomplete; echo "\${COMPREPLY[*]}"; }
complete_words jobico execution ""
complete_words jobico execution list --sta
complete_words jobico unde
`,
    );
    const { stdout } = await run('bash', ['--norc', script], { env });
    expect(stdout.split('\n').slice(0, 3)).toEqual(['get list logs', '--status', 'undeploy']);
  },
);
