import type { Execution, ExecutionStatus, LiveLines, LogLine } from '@jobico/contract';
import { neutralise, neutraliseLines } from '../output/neutralise.ts';
import { style } from '../output/style.ts';

const COLOURS = {
  ok: 'green',
  retry: 'yellow',
  failed: 'red',
  dead: 'red',
  cancelled: 'yellow',
} as const satisfies Record<ExecutionStatus, string>;
const LEVEL_COLOURS = {
  trace: 'gray',
  debug: 'gray',
  info: 'cyan',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
} as const;

/** A result can be a megabyte; `execution get --json` has it whole. */
const LONGEST_OUTCOME = 300;

/** One line for the outcome, one for each thing that was logged (or that is given): how the recorder shows what happened. */
export function executionLines(execution: Execution, logs: readonly LogLine[] = execution.logs): string[] {
  const { startedAt, status, durationMs, result, error } = execution;
  const outcome = error ? `${error.code}: ${error.message}` : result === undefined ? '' : JSON.stringify(result);
  const head = [
    startedAt,
    style(COLOURS[status], status.padEnd(6)),
    ...whatRan(execution),
    `${durationMs.toFixed(1)} ms`,
    neutralise(shortened(outcome)),
  ];
  return [head.filter((part) => part !== '').join('  '), ...below(logs)];
}

/** What an execution logs while it runs; its head, which names it, only where other things stand above. */
export function liveLines(live: LiveLines, lines: readonly LogLine[], isHeaded: boolean): string[] {
  if (!isHeaded) return below(lines);
  const head = [
    lines[0]?.time ?? '',
    style('cyan', 'runs  '),
    ...whatRan(live),
    `execution ${neutralise(live.execution)}`,
  ];
  return [head.join('  '), ...below(lines)];
}

function whatRan({
  package: id,
  job,
  event,
  attempt,
}: Pick<Execution, 'package' | 'job' | 'attempt'> & Named): string[] {
  return [
    neutralise(`${id || '-'}/${job || '-'}`),
    neutralise(event.name),
    ...(event.key === undefined ? [] : [`key ${neutralise(event.key)}`]),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ];
}

interface Named {
  event: { name: string; key?: string };
}

const below = (lines: readonly LogLine[]): string[] => lines.flatMap(logLines).map((line) => `    ${line}`);

function shortened(text: string): string {
  return text.length > LONGEST_OUTCOME ? `${text.slice(0, LONGEST_OUTCOME)}…` : text;
}

/** A logged line; further lines of its message stand below it, so that none can pass for another's. */
export function logLines({ time, level, message }: LogLine): string[] {
  const [first = '', ...more] = neutraliseLines(message);
  return [`${time} ${style(LEVEL_COLOURS[level], level.padEnd(5))} ${first}`, ...more.map((line) => `      | ${line}`)];
}

/** Everything that is recorded of an execution. */
export function describeExecution(execution: Execution): string {
  const { id, tenant, version, queue, sequence, waitedMs, usage, node, emitted, nextAttemptAt, traceId } = execution;
  const facts: [name: string, value: string][] = [
    ['execution', id],
    ['event', `${execution.event.name} ${execution.event.id}, stored ${execution.event.time}`],
    ['package', `${tenant}/${execution.package} version ${version}`],
    ['queue', `${queue} #${sequence}, waited ${waitedMs.toFixed(1)} ms`],
    ['used', `${(usage.memoryBytes / 2 ** 20).toFixed(1)} MiB, ${usage.hostCalls} host calls`],
    ['node', node],
    ...emitted.map((each): [string, string] => [`→ ${each.route}`, `${each.event} ${each.id}`]),
    ...(nextAttemptAt === undefined ? [] : [['next try', nextAttemptAt] as [string, string]]),
    ...(traceId === undefined ? [] : [['trace', traceId] as [string, string]]),
  ];
  return [
    ...executionLines(execution),
    ...facts.map(([name, value]) => `  ${name.padEnd(10)} ${neutralise(value)}`),
  ].join('\n');
}
