import type { OperationOutput, ReplayResult, StoredEvent } from '@jobico/contract';
import { neutralise, neutraliseLines } from '../output/neutralise.ts';
import { table } from '../output/table.ts';
import { executionLines } from './describe-execution.ts';
import { dataOf } from './queue-tables.ts';

const second = (time: string) => time.replace(/\.\d+Z$/, 'Z');

export function storedTable(events: readonly StoredEvent[]): string {
  if (events.length === 0) return 'No stored event matches.';
  return table(events, [
    { header: 'ID', value: ({ id }) => id, shrinks: 'first' },
    { header: 'TIME', value: ({ time }) => second(time) },
    { header: 'EVENT', value: ({ name }) => name, shrinks: 'first' },
    { header: 'KEY', value: ({ key }) => key, shrinks: 'first' },
    { header: 'DATA', value: dataOf, shrinks: 'first' },
  ]);
}

/** A payload can be a megabyte; `--json` has it whole. */
const LONGEST_DATA = 4000;

/** An event, and every attempt that is on record. */
export function describeEvent(id: string, { event, executions }: OperationOutput<'event.get'>): string {
  const head = event ? storedLines(event) : [`event ${neutralise(id)}`, '  its queue does not hold it any more'];
  const ran = executions.toReversed().flatMap((execution) => executionLines(execution));
  return [...head, ...(ran.length > 0 ? ran : ['no execution is on record'])].join('\n');
}

function storedLines({ id, name, key, queue, sequence, time, source, redriveOf, replayOf, ...payload }: StoredEvent) {
  const facts: [name: string, value: string | undefined][] = [
    ['name', name],
    ['key', key],
    ['queue', `${queue} #${sequence}, stored ${time}`],
    ['source', source],
    ['redriven', redriveOf && `from dead letter ${redriveOf.deadLetter}`],
    ['replays', replayOf && `${replayOf.event} in replay ${replayOf.replay}`],
  ];
  const text = payload.isText ? String(payload.data) : JSON.stringify(payload.data, null, 2);
  const shown = text.length > LONGEST_DATA ? `${text.slice(0, LONGEST_DATA)}…` : text;
  return [
    `event ${neutralise(id)}`,
    ...facts.flatMap(([label, value]) => (value === undefined ? [] : [`  ${label.padEnd(9)} ${neutralise(value)}`])),
    ...neutraliseLines(shown).map((line) => `  ${line}`),
  ];
}

/** `--json` has them all. */
const SHOWN = 50;

export function replayTable(results: readonly ReplayResult[]): string {
  const shown = table(results.slice(0, SHOWN), [
    { header: 'SEQ', value: ({ sequence }) => sequence, align: 'right' },
    { header: 'EVENT', value: ({ event }) => event, shrinks: 'first' },
    { header: 'ID', value: ({ id }) => id, shrinks: 'first' },
    { header: 'OUTCOME', value: ({ outcome }) => outcome },
    { header: 'REASON', value: ({ reason }) => reason, shrinks: 'first' },
  ]);
  return results.length > SHOWN ? `${shown}\n… and ${results.length - SHOWN} more (--json has them all)` : shown;
}

/** `3 replayed, 1 waiting` */
export function replayCounts(results: readonly ReplayResult[]): string {
  const counts = Map.groupBy(results, ({ outcome }) => outcome);
  return [...counts].map(([outcome, { length }]) => `${length} ${outcome}`).join(', ');
}
