// Everything that must hold before a change is merged, one after another, with a summary at the end.
import { ensureInstalled, runPinned } from './bootstrap.mjs';
import { bold, dim, green, red, report, say, seconds } from './bootstrap/terminal.mjs';

const STEPS = [
  ['format', 'node_modules/oxfmt/bin/oxfmt', '--check', '.'],
  ['lint', 'node_modules/oxlint/bin/oxlint', '--deny-warnings'],
  ['types', 'node_modules/typescript/bin/tsc', '-b'],
  ['types of tests', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json'],
  ['lock file', 'scripts/complete-lock.mjs', '--check'],
  ['declared dependencies', 'scripts/check-dependencies.ts'],
  ['compose file', 'scripts/check-compose.ts'],
  ['tests', 'node_modules/vitest/vitest.mjs', 'run'],
];

/** A step that fails does not keep the others from being looked at. */
async function verify() {
  await ensureInstalled();
  const results = [];
  for (const [title, script, ...args] of STEPS) {
    say(bold(`\n— ${title}`));
    const startedAt = performance.now();
    const code = await runPinned(script, args);
    results.push({ title, code, time: seconds(startedAt) });
    // A signal was meant for the whole run.
    if (code > 128) break;
  }
  return results;
}

function summary(results) {
  const width = Math.max(...STEPS.map(([title]) => title.length));
  const line = ({ title, code, time }) => {
    const word = code === 0 ? green('ok    ') : red('failed');
    return `${word}  ${title.padEnd(width)}  ${dim(time)}`;
  };
  const skipped = STEPS.slice(results.length).map(([title]) => `not run  ${title}`);
  return ['', ...results.map(line), ...skipped].join('\n');
}

try {
  const results = await verify();
  say(summary(results));
  process.exitCode = results.find(({ code }) => code > 128)?.code ?? (results.some(({ code }) => code !== 0) ? 1 : 0);
} catch (error) {
  process.exitCode = report(error);
}
