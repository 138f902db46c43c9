import type { DeadLetter } from '@jobico/contract';
import { neutralise, neutraliseLines } from '../output/neutralise.ts';
import { style } from '../output/style.ts';

/** A payload can be a megabyte; `--json` has it whole. */
const LONGEST_DATA = 4000;

/** Everything that is kept of an event that will not be retried. */
export function describeLetter(letter: DeadLetter): string {
  const { id, tenant, time, event, queue, sequence, attempts, package: owner, job, execution, error } = letter;
  const facts: [name: string, value: string | undefined][] = [
    ['event', `${event.name} ${event.id}`],
    ['key', event.key],
    ['queue', `${tenant}/${queue} #${sequence}`],
    ['job', job === undefined ? undefined : `${owner ?? '-'}/${job}`],
    ['attempts', String(attempts)],
    ['execution', execution],
    ['redriven', event.redriveOf && redriven(event.redriveOf)],
  ];
  return [
    `${time}  dead letter ${id}  ${style('red', neutralise(`${error.code}: ${error.message}`))}`,
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(10)} ${neutralise(value)}`])),
    ...faultLines(letter.faults ?? []),
    ...dataLines(letter).map((line) => `  ${line}`),
  ].join('\n');
}

function redriven({ count, deadLetter, execution }: NonNullable<DeadLetter['event']['redriveOf']>): string {
  const times = count === 1 ? 'once' : `${count} times`;
  return `${times}, last from dead letter ${deadLetter}${execution === undefined ? '' : ` of execution ${execution}`}`;
}

function faultLines(faults: readonly unknown[]): string[] {
  return faults.map((fault) => {
    const { path = '', message = '' } = fault as { path?: string; message?: string };
    return `  ${neutralise(`${path || 'the whole'} ${message}`)}`;
  });
}

function dataLines({ data, isText, isLeftOut }: DeadLetter): string[] {
  // The error says where it is.
  if (isLeftOut) return [];
  const text = isText ? String(data) : JSON.stringify(data, null, 2);
  return neutraliseLines(text.length > LONGEST_DATA ? `${text.slice(0, LONGEST_DATA)}…` : text);
}
