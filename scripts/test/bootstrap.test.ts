import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkout } from './support/checkout.ts';

const PROGRAM = `console.log('ran with', process.argv.slice(2), process.execArgv);`;
const WAIT = { timeout: 10_000, interval: 10 };
/** An npm that says that it is there, and then waits for a signal or for good. */
const SLOW_NPM = `require('node:fs').writeFileSync('npm.pid', String(process.pid)); setInterval(() => {}, 1000);`;

test('installs once, then starts without npm', async () => {
  const { start, npmRuns } = checkout();
  const first = await start(PROGRAM, { args: ['--exit'] }).ended;
  expect(first).toMatchObject({ code: 0 });
  expect(first.output).toMatch(/✓ installed dependencies in \d/);
  expect(first.output).toContain(`ran with [ '--exit' ] [ '--conditions=@jobico/source' ]`);
  const second = await start(PROGRAM).ended;
  expect(second).toEqual({ code: 0, output: `ran with [] [ '--conditions=@jobico/source' ]\n` });
  expect(npmRuns()).toEqual(['ci']);
});

test('installs again when the lock file has changed', async () => {
  const { folder, start, npmRuns } = checkout();
  await start(PROGRAM).ended;
  const file = join(folder, 'package-lock.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('1.0.0', '1.0.1'));
  expect(await start(PROGRAM).ended).toMatchObject({ code: 0 });
  expect(npmRuns()).toHaveLength(2);
});

test('takes an install made by hand as it is when it matches the lock file', async () => {
  const { folder, start, npmRuns } = checkout();
  await start(PROGRAM).ended;
  rmSync(join(folder, 'node_modules', '.jobico-stamp'));
  expect(await start(PROGRAM).ended).toMatchObject({ code: 0 });
  expect(npmRuns()).toHaveLength(1);
});

test.each([
  ['getaddrinfo ENOTFOUND registry', 'the package registry could not be reached', 'Check the network'],
  ['code E401', 'the package registry refused this user', 'npm whoami'],
  ['ENOSPC: no space left', 'the disk is full', 'Free some space'],
  ['Missing: left-pad@1.0.0 from lock file', 'do not agree', 'complete-lock.mjs'],
])('an npm that fails with "%s" is explained after its own words', async (words, cause, hint) => {
  const { start, installLock } = checkout();
  const npm = `console.error(${JSON.stringify(words)}); process.exit(3);`;
  const { code, output } = await start(PROGRAM, { npm }).ended;
  expect(code).toBe(1);
  expect(output).toContain(words);
  expect(output).toMatch(new RegExp(`error: npm ci failed with exit code 3: .*${cause}`));
  expect(output).toContain(hint);
  expect(output).not.toContain('ran with');
  expect(existsSync(installLock)).toBe(false);
});

test('an install that gives no Node goes on with this one when it is recent enough', async () => {
  const { start } = checkout();
  const { code, output } = await start(PROGRAM, { npm: `require('node:fs').mkdirSync('node_modules')` }).ended;
  expect(code).toBe(0);
  expect(output).toContain(`going on with ${process.version}`);
});

test('an install that gives no Node is an error that names it when this one is too old', async () => {
  const { folder, start } = checkout();
  const file = join(folder, 'package.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(process.versions.node, '999.0.0'));
  const { code, output } = await start(PROGRAM, { npm: `require('node:fs').mkdirSync('node_modules')` }).ended;
  expect(code).toBe(1);
  expect(output).toMatch(/error: Node 999\.0\.0 for \S+ is not usable after the install \(.*: ENOENT\)/);
  expect(output).toContain('Delete node_modules');
});

test('of two starts at once one installs, and the other waits and says so', async () => {
  const { folder, start, npmRuns, installLock } = checkout();
  const install = `const wait = setInterval(() => { if (require('node:fs').existsSync('go-on')) { clearInterval(wait); finish(); } }, 5);
    const finish = () => { const { mkdirSync, cpSync } = require('node:fs'); mkdirSync('node_modules'); cpSync('package-lock.json', 'node_modules/.package-lock.json'); };`;
  const first = start(PROGRAM, { npm: install });
  await vi.waitFor(() => expect(npmRuns()).toHaveLength(1), WAIT);
  expect(existsSync(installLock)).toBe(true);
  const second = start(PROGRAM, { npm: install });
  await vi.waitFor(
    () =>
      expect(second.output()).toContain(`waiting for process ${first.child.pid}, which is installing in this checkout`),
    WAIT,
  );
  writeFileSync(join(folder, 'go-on'), '');
  expect(await first.ended).toMatchObject({ code: 0 });
  expect(await second.ended).toMatchObject({ code: 0 });
  expect(npmRuns()).toHaveLength(1);
});

test('a signal during the install ends npm, frees the checkout, and gives the exit code of that signal', async () => {
  const { folder, start, installLock } = checkout();
  // npm itself turns a signal into exit code 1.
  const npm = `process.on('SIGTERM', () => process.exit(1)); ${SLOW_NPM}`;
  const running = start(PROGRAM, { npm });
  await vi.waitFor(() => expect(existsSync(join(folder, 'npm.pid'))).toBe(true), WAIT);
  running.child.kill('SIGTERM');
  const { code, output } = await running.ended;
  expect(code).toBe(143);
  expect(output).toContain('error: the install was stopped by SIGTERM');
  expect(existsSync(installLock)).toBe(false);
});

test('a killed start leaves a lock that lasts until its npm has ended too', async () => {
  const { folder, start } = checkout();
  const killed = start(PROGRAM, { npm: SLOW_NPM });
  await vi.waitFor(() => expect(existsSync(join(folder, 'npm.pid'))).toBe(true), WAIT);
  killed.child.kill('SIGKILL');
  await new Promise((resolve) => killed.child.once('exit', resolve));
  const next = start(PROGRAM);
  await vi.waitFor(() => expect(next.output()).toContain('waiting for process'), WAIT);
  process.kill(Number(readFileSync(join(folder, 'npm.pid'), 'utf8')), 'SIGKILL');
  expect(await next.ended).toMatchObject({ code: 0 });
});

test('the exit code of the program is the exit code of the start', async () => {
  const { start } = checkout();
  expect(await start('process.exit(7)').ended).toMatchObject({ code: 7 });
});

test('a program ended by signal n gives 128 + n', async () => {
  const { start } = checkout();
  expect(await start(`process.kill(process.pid, 'SIGKILL')`).ended).toMatchObject({ code: 137 });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s goes on to the program, which may finish in peace',
  async (signal) => {
    const { start } = checkout();
    const running = start(
      `process.on('${signal}', () => setImmediate(() => { console.log('finished'); process.exit(0); }));
     console.log('up'); setInterval(() => {}, 1000);`,
    );
    await vi.waitFor(() => expect(running.output()).toContain('up\n'), WAIT);
    running.child.kill(signal);
    const { code, output } = await running.ended;
    expect(code).toBe(0);
    expect(output).toContain('finished');
  },
);

test('nothing is coloured where there is no terminal', async () => {
  const { start } = checkout();
  const { output } = await start(PROGRAM).ended;
  expect(output).not.toContain('\u001B');
});
