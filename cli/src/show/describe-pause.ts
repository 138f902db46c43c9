import type { PackagePaused, PauseState } from '@jobico/contract';

/** What a pause or a resume has done, and what else it holds up. */
export function describePause(
  kind: 'package' | 'queue',
  id: string,
  { tenant, paused, since, changed, nodes }: PauseState,
  queues: PackagePaused['queues'] = [],
): string {
  const name = `${kind} ${tenant}/${id}`;
  const late = nodes.filter(({ applied }) => !applied).map((node) => `  not yet told: ${node.module} ${node.id}`);
  if (!paused) return [`${name} ${changed ? 'goes on' : 'is not paused'}`, ...late].join('\n');
  const isBusy = nodes.some(({ atRest }) => !atRest);
  return [
    changed ? `${name} is paused` : `${name} is already paused, since ${since}`,
    ...late,
    ...(isBusy ? ['  what runs ends; nothing else is started'] : []),
    ...queues.flatMap(sharedQueue),
    `  next: jobico ${kind} resume ${id} --tenant ${tenant}`,
  ].join('\n');
}

function sharedQueue({ id, ordering, sharedWith }: PackagePaused['queues'][number]): string[] {
  if (sharedWith.length === 0) return [];
  const what = {
    strict: 'is strict: their events wait behind the first of this package',
    keyed: 'has keys: their events wait only behind one of this package with the same key',
    none: 'has no order: their events go on, as long as not too many of this package wait',
  }[ordering];
  return [`  queue ${id} is shared with ${sharedWith.join(', ')}, and ${what}`];
}
