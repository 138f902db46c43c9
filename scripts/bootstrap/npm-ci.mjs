import { basename } from 'node:path';
import { codeOf, runCaptured } from './child.mjs';
import { keepSaying, say, StartError } from './terminal.mjs';

/** What npm's output tells of the cause: what it means, and what to do. */
const CAUSES = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network timeout/,
    'the package registry could not be reached',
    'Check the network and the proxy settings of npm (npm config list), then run the same command again.',
  ],
  [
    /\bE40[13]\b/,
    'the package registry refused this user',
    'Check which registry npm uses and its login (npm config get registry, npm whoami).',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)|CERT_HAS_EXPIRED/,
    'the certificate of the package registry is not trusted',
    'Let NODE_EXTRA_CA_CERTS name the certificate of your proxy.',
  ],
  [/ENOSPC/, 'the disk is full', 'Free some space, then run the same command again.'],
  [/EACCES|EPERM|EROFS/, 'a file of the checkout cannot be written', 'Check who owns the checkout and node_modules.'],
  [
    /Missing: .* from lock file|can only install packages when/,
    'package.json and package-lock.json do not agree',
    'Run npm install, then node scripts/complete-lock.mjs.',
  ],
];

/** Also under NODE_ENV=production and an npm that is told to leave them out: one has vitest, the other Node itself. */
const INCLUDING = ['--include=dev', '--include=optional'];

/** npm's own waits, 10 s and 60 s, let someone without a network wait more than a minute for the news. */
const RETRYING = ['--fetch-retries=3', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=8000'];

/**
 * Installs what the lock file says; `onStart` gets npm's process id. Throws a `StartError` with the cause, after what
 * npm printed.
 */
export async function npmCi(root, onStart) {
  const args = ['ci', ...INCLUDING, ...RETRYING, '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, ...leading] = npmCommand();
  // npm is a batch file on Windows, which needs a shell; nothing of the arguments comes from outside.
  const shell = process.platform === 'win32' && command === 'npm';
  const done = keepSaying('installing dependencies', ' (npm ci, about a minute the first time)');
  const { code, signal, output } = await runCaptured(command, [...leading, ...args], { cwd: root, shell }, ({ pid }) =>
    onStart(pid),
  )
    .catch((error) => {
      throw new StartError(`npm could not be run: ${error.message}`, 'Install Node.js with npm, version 20 or newer.');
    })
    .finally(done);
  if (signal) throw new StartError(`the install was stopped by ${signal}`, undefined, codeOf(signal));
  if (code !== 0) throw failure(code, output);
}

function failure(code, output) {
  if (output.trim() !== '') say(output.trimEnd());
  const [, cause, hint] = CAUSES.find(([pattern]) => pattern.test(output)) ?? [];
  return new StartError(`npm ci failed with exit code ${code}${cause ? `: ${cause}` : ''}`, hint);
}

/** The npm that runs us. Under yarn and pnpm `npm_execpath` is theirs. */
function npmCommand() {
  const running = process.env.npm_execpath;
  return running && /^np[mx]-cli\.c?js$/.test(basename(running)) ? [process.execPath, running] : ['npm'];
}
