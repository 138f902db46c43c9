import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { temporaryFolder, up } from '../../cli/test/support/process.ts';

vi.setConfig({ testTimeout: 600_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of commands, and what the page says that they print. */
interface Step {
  commands: string;
  expected: string[];
}

test('every command of the tutorial does what the page says', async () => {
  const steps = stepsOf(await readFile(join(root, 'docs/tutorial.md'), 'utf8'));
  const [first, ...rest] = steps;
  expect(first?.commands).toBe('jobico up');
  expect(rest.length).toBeGreaterThan(10);
  const { urls } = await up();
  const shell = await openShell(urls.ctl);
  for (const { commands, expected } of rest) {
    const here = commands.replaceAll('http://localhost:8080', urls.listener);
    // What an event becomes is there a moment after it was accepted: looking again is what a reader does.
    const onlyLooks = /^jobico (recorder|deadletter list)\b.*$/.test(here);
    const attempt = async (): Promise<void> => expectLines(commands, await shell(here), expected);
    if (onlyLooks) await vi.waitFor(attempt, { timeout: 60_000, interval: 250 });
    else await attempt();
  }
});

function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const [, language, text = ''] of page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)) {
    if (language === 'sh') steps.push({ commands: text.trimEnd(), expected: [] });
    else if (language === 'text') steps.at(-1)?.expected.push(...text.trimEnd().split('\n'));
    else throw new Error(`the tutorial has a block of ${language}: neither commands nor what they print`);
  }
  return steps;
}

/** Each expected line stands in a line of the output, one after the other; `…` is anything. */
function expectLines(commands: string, output: string, expected: readonly string[]): void {
  const lines = output.split('\n');
  for (const line of expected) {
    const pattern = new RegExp(line.split('…').map(literally).join('.*'));
    const at = lines.findIndex((each) => pattern.test(each));
    if (at < 0) throw new Error(`after\n${commands}\nthe page has the line\n  ${line}\nand the output is\n${output}`);
    lines.splice(0, at + 1);
  }
}

const literally = (text: string): string => text.trim().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Runs blocks of commands one after another as one shell does: the folder that one ends in is where the next begins. */
async function openShell(ctl: string): Promise<(commands: string) => Promise<string>> {
  const folder = await temporaryFolder();
  const bin = join(folder, 'bin');
  const ended = join(folder, 'folder');
  await mkdir(bin);
  const command = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'cli/bin/jobico.js')}' "$@"\n`;
  await writeFile(join(bin, 'jobico'), command);
  await chmod(join(bin, 'jobico'), 0o755);
  let cwd = join(folder, 'work');
  await mkdir(cwd);
  const path = [bin, join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, JOBICO_URL: ctl, JOBICO_TENANT: undefined, NO_COLOR: '1' };
  return async (commands) => {
    const script = `set -e\n${commands}\npwd > '${ended}'\n`;
    const { output, code } = await run(script, { cwd, env });
    if (code !== 0) throw new Error(`exit code ${code} of\n${commands}\n${output}`);
    cwd = (await readFile(ended, 'utf8')).trim();
    return output;
  };
}

function run(
  script: string,
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<{ output: string; code: number | null }> {
  const child = spawn('sh', ['-c', script], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ output, code }));
  });
}
