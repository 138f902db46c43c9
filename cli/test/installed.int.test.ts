import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { installCli } from '../../test/support/install-cli.ts';
import { temporaryFolder } from './support/process.ts';

const run = promisify(execFile);
test('installed, it knows its commands from a manifest and completes words', { timeout: 180_000 }, async () => {
  const bin = await installCli(await temporaryFolder());
  const manifest = JSON.parse(await readFile(join(dirname(bin), '..', 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, { flags: { url?: { default?: unknown } } }>;
  };
  expect(Object.keys(manifest.commands)).toContain('execution:list');
  // What the environment of whoever packed it said must not be everybody's default.
  expect(manifest.commands['execution:list']?.flags.url?.default).toBeUndefined();

  expect((await run(process.execPath, [bin, '--version'])).stdout).toMatch(/^jobico\//);

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
  expect(stdout.split('\n').slice(0, 3)).toEqual(['cancel get list logs replay', '--status', 'undeploy']);
});
