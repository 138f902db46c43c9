import type { RecordedCall } from '@jobico/contract';
import { neutralise, neutraliseLines } from '../output/neutralise.ts';
import { style } from '../output/style.ts';
import { logLines } from '../show/describe-execution.ts';
import type { TestRun } from './run-cases.ts';
import type { LocalRun } from './run-event.ts';

const LONGEST_VALUE = 200;

/** A run on this machine as a reader wants it: outcome, what it logged, asked of the host and raised, what it took. */
export function describeRun(run: TestRun): string {
  const { title, durationMs, memoryBytes } = run;
  const mark = run.ok ? style('green', '✓') : style('red', '✗');
  const took = `${durationMs.toFixed(1)} ms  ${(memoryBytes / 2 ** 20).toFixed(1)} MiB`;
  return [
    `${mark} ${style('bold', neutralise(title))}  ${took}`,
    ...outcomeLines(run),
    ...section('logs', run.logs.flatMap(logLines)),
    ...section('calls', run.calls.map(callLine)),
    ...section(
      'raised',
      run.raised.map(({ event, key, data }) =>
        neutralise(`${event}${key === undefined ? '' : ` (key ${key})`} ${short(data)}`),
      ),
    ),
  ].join('\n');
}

function outcomeLines({ ok, result, error }: LocalRun): string[] {
  if (ok) return [`  result  ${result === undefined ? style('gray', 'none') : neutralise(JSON.stringify(result))}`];
  const [first = '', ...more] = neutraliseLines(error?.message ?? '');
  return [`  ${style('red', error?.code ?? 'failed')}  ${first}`, ...more.map((line) => `    ${line}`)];
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${name}`, ...lines.map((line) => `    ${line}`)];
}

/** One call of the host on one line: what was asked, and the answer. */
export function callLine({ call, args, answer }: RecordedCall): string {
  const said = answer.ok
    ? answer.value === undefined
      ? call === 'kv.get'
        ? 'none'
        : 'ok'
      : short(answer.value)
    : style(
        'yellow',
        neutralise(`${answer.error.tag}${answer.error.val === undefined ? '' : `: ${answer.error.val}`}`),
      );
  return `${call} ${neutralise(askedOf(call, args))} → ${answer.ok ? neutralise(said) : said}`;
}

function askedOf(call: RecordedCall['call'], args: RecordedCall['args']): string {
  if (call === 'http.send') return `${String(args.method)} ${String(args.url)}`;
  const { bucket, key, prefix, event, value, data } = args as Record<string, string | undefined>;
  if (event !== undefined) return `${event} ${data ?? ''}`;
  const place = `${bucket}/${key ?? `${prefix ?? ''}*`}`;
  return value === undefined ? place : `${place} = ${short(value)}`;
}

/** A value as one line shows it; of bytes their text. */
function short(value: unknown): string {
  const text = textIn(value) ?? JSON.stringify(value) ?? '';
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if ('status' in value && 'body' in value) return `${String(value.status)} ${textIn(value.body) ?? ''}`;
  if ('revision' in value && 'value' in value) return textIn(value.value);
  if ('text' in value && typeof value.text === 'string') return value.text;
  return 'base64' in value ? `${String(value.base64).length} bytes in base64` : undefined;
}
