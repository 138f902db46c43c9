// Everything that must hold before a change is merged, one after another, with a summary at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, runPinned } from './bootstrap.mjs';
import { bold, dim, green, red, report, say, seconds, StartError } from './bootstrap/terminal.mjs';

const dataFolder = mkdtempSync(join(tmpdir(), 'jobico-verify-'));

const STEPS = [
  ['format', 'node_modules/oxfmt/bin/oxfmt', '--check', '.'],
  ['types', 'node_modules/typescript/bin/tsc', '-b'],
  // After the types: its rules that look at types read the declarations of other packages.
  ['lint', 'node_modules/oxlint/bin/oxlint', '--deny-warnings'],
  ['types of tests', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json'],
  ['types of examples', 'node_modules/typescript/bin/tsc', '-p', 'examples'],
  ['lock file', 'scripts/complete-lock.mjs', '--check'],
  ['declared dependencies', 'scripts/check-dependencies.ts'],
  ['compose file', 'scripts/check-compose.ts'],
  ['tests', 'node_modules/vitest/vitest.mjs', 'run'],
  // Always the same events and faults; `npm run chaos` makes other ones each time.
  ['chaos', 'test/chaos/run.ts', '--seed', '1'],
  [
    'main job',
    'scripts/demo.ts',
    '--exit',
    '--data',
    dataFolder,
    ...['--listener-port', '--ctl-port', '--nats-port'].flatMap((port) => [port, '0']),
  ],
];

/** `--skip TITLE`, as often as wanted, leaves a step to whoever runs it already. */
function chosenSteps() {
  const { values } = parseArgs({ options: { skip: { type: 'string', multiple: true, default: [] } } });
  const unknown = values.skip.find((title) => STEPS.every(([known]) => known !== title));
  if (unknown !== undefined)
    throw new StartError(`there is no step ${unknown}`, `There are: ${STEPS.map(([title]) => title).join(', ')}.`);
  return STEPS.filter(([title]) => !values.skip.includes(title));
}

/** A step that fails does not keep the others from being looked at. */
async function verify(steps) {
  await ensureInstalled();
  const results = [];
  for (const [title, script, ...args] of steps) {
    say(bold(`\n— ${title}`));
    const startedAt = performance.now();
    const code = await runPinned(script, args);
    results.push({ title, code, time: seconds(startedAt) });
    // A signal was meant for the whole run.
    if (code > 128) break;
  }
  return results;
}

function summary(steps, results) {
  const width = Math.max(...steps.map(([title]) => title.length));
  const line = ({ title, code, time }) => {
    const word = code === 0 ? green('ok    ') : red('failed');
    return `${word}  ${title.padEnd(width)}  ${dim(time)}`;
  };
  const skipped = steps.slice(results.length).map(([title]) => `not run  ${title}`);
  return ['', ...results.map(line), ...skipped].join('\n');
}

try {
  const steps = chosenSteps();
  const results = await verify(steps);
  say(summary(steps, results));
  process.exitCode = results.find(({ code }) => code > 128)?.code ?? (results.some(({ code }) => code !== 0) ? 1 : 0);
} catch (error) {
  process.exitCode = report(error);
} finally {
  rmSync(dataFolder, { recursive: true, force: true });
}
