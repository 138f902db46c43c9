import { neutralise } from '../output/neutralise.ts';
import { style } from '../output/style.ts';
import { callLine } from './describe-run.ts';
import type { Replay, Seen } from './replay.ts';

/** A replay as a reader wants it: whether it is the same, and if not, what was (`-`) and what is now (`+`). */
export function describeReplay({ execution, same, differences, component, recorded, replayed }: Replay): string {
  const what = component.isOriginal ? 'the component that ran' : `another component, ${component.digest.slice(0, 19)}…`;
  const mark = same ? style('green', '✓ the same') : style('yellow', '≠ it differs');
  return [
    `${mark}  execution ${neutralise(execution)}, with ${what}`,
    ...part('outcome', differences.outcome, [outcome(recorded)], [outcome(replayed)]),
    ...part('logs', differences.logs, recorded.logs.map(logged), replayed.logs.map(logged)),
    ...part('calls', differences.calls, recorded.calls.map(callLine), replayed.calls.map(callLine)),
    ...part('raised', differences.raised, recorded.raised.map(raised), replayed.raised.map(raised)),
    `  took     ${replayed.durationMs.toFixed(1)} ms, ${(replayed.memoryBytes / 2 ** 20).toFixed(1)} MiB`,
  ].join('\n');
}

function part(name: string, isChanged: boolean, before: readonly string[], now: readonly string[]): string[] {
  const title = `  ${name.padEnd(8)}`;
  if (!isChanged) return name === 'outcome' ? [`${title} ${now[0] ?? ''}`] : [`${title} the same (${now.length})`];
  return [title.trimEnd(), ...changedLines(before, now).map((line) => `    ${line}`)];
}

/** What both begin and end with is only counted. */
function changedLines(before: readonly string[], now: readonly string[]): string[] {
  let start = 0;
  while (start < Math.min(before.length, now.length) && before[start] === now[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, now.length) - start;
  while (end < most && before.at(-1 - end) === now.at(-1 - end)) end += 1;
  return [
    ...(start > 0 ? [style('gray', `  ${start} as before`)] : []),
    ...before.slice(start, before.length - end).map((line) => style('red', `- ${line}`)),
    ...now.slice(start, now.length - end).map((line) => style('green', `+ ${line}`)),
    ...(end > 0 ? [style('gray', `  ${end} as before`)] : []),
  ];
}

function outcome({ ok, result, error }: Seen): string {
  if (ok) return neutralise(`ok ${result === undefined ? '' : JSON.stringify(result)}`.trimEnd());
  return neutralise(`${error?.code ?? 'failed'}: ${error?.message ?? ''}`);
}

const logged = ({ level, message }: { level: string; message: string }): string => neutralise(`${level} ${message}`);
const raised = ({ event, data }: Seen['raised'][number]): string => neutralise(`${event} ${JSON.stringify(data)}`);
