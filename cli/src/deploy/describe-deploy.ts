import { jobsOf, type OperationOutput, type PackageChange, type PackageDefinition } from '@jobico/contract';
import { neutralise } from '../output/neutralise.ts';
import { style } from '../output/style.ts';

type Deployed = OperationOutput<'package.deploy'>;

/** What a deploy has done, or would do, and what to do next. */
export function describeDeploy(output: Deployed, definition: PackageDefinition, isDry: boolean): string {
  const events = jobsOf(definition).map(({ event }) => event);
  const next = `jobico event send ${events[0] ?? ''} --tenant ${output.tenant} --data '{…}'`;
  return [
    ...whatChanged(output, isDry),
    `  events: ${events.map(neutralise).join(', ')}`,
    ...warned(output),
    ...late(output),
    ...(isDry ? [] : [`  next: ${next}`]),
  ].join('\n');
}

/** What a rollback has done, or would do. */
export function describeRollback(output: Deployed, isDry: boolean): string {
  return [...whatChanged(output, isDry), ...warned(output), ...late(output)].join('\n');
}

function whatChanged({ tenant, package: id, version, restores, changed, changes }: Deployed, isDry: boolean): string[] {
  const name = `${tenant}/${id}`;
  if (!changed)
    return [`${style('green', '✓')} ${name}: is live like this already (version ${version}); nothing changed`];
  const what = restores === undefined ? `version ${version}` : `version ${version}, the same as version ${restores},`;
  const title = isDry ? `${name}: ${what} would be live` : `${style('green', '✓')} ${name}: ${what} is live`;
  // Of a first version everything is new.
  return [title, ...changes.filter(({ path }) => path !== '').map(describeChange)];
}

const MARKS = { added: ['green', '+'], removed: ['red', '-'], changed: ['yellow', '~'] } as const;

function describeChange({ path, kind, before, after }: PackageChange): string {
  const values = kind === 'changed' ? `  ${short(before)} → ${short(after)}` : '';
  const [colour, mark] = MARKS[kind];
  return `  ${style(colour, mark)} ${neutralise(path)}${values}`;
}

const LONGEST_VALUE = 60;

function short(value: unknown): string {
  const text = neutralise(JSON.stringify(value));
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}

function warned({ warnings = [] }: Deployed): string[] {
  return warnings.flatMap(({ message, hint }) => [
    `  ${style('yellow', '!')} ${neutralise(message)}`,
    ...(hint === undefined ? [] : [`    ${neutralise(hint)}`]),
  ]);
}

function late({ nodes }: Deployed): string[] {
  const waiting = nodes.filter(({ applied }) => !applied).map(({ module, id }) => neutralise(`${module} ${id}`));
  return waiting.length > 0 ? [`  not applied yet by: ${waiting.join(', ')}`] : [];
}
