import { jobsOf, type OperationOutput, type PackageDefinition } from '@jobico/contract';
import { neutralise } from '../output/neutralise.ts';
import { style } from '../output/style.ts';

/** What a deploy has done, and what to do next. */
export function describeDeploy(output: OperationOutput<'package.deploy'>, definition: PackageDefinition): string {
  const { tenant, package: id, version, changed, nodes } = output;
  const what = changed
    ? `version ${version} is live`
    : `is live like this already (version ${version}); nothing changed`;
  const late = nodes.filter(({ applied }) => !applied).map(({ module, id: node }) => `${module} ${node}`);
  const events = jobsOf(definition).map(({ event }) => event);
  return [
    `${style('green', '✓')} ${tenant}/${id}: ${what}`,
    `  events: ${events.map(neutralise).join(', ')}`,
    ...(late.length > 0 ? [`  not applied yet by: ${late.map(neutralise).join(', ')}`] : []),
    `  next: jobico event send ${events[0] ?? ''} --tenant ${tenant} --data '{…}'`,
  ].join('\n');
}
