import { isDeepStrictEqual } from 'node:util';
import {
  JobicoError,
  jobsOf,
  pointer,
  queueOf,
  shown,
  type Fault,
  type PackageDefinition,
  type PackageVersion,
} from '@jobico/contract';

/**
 * What a package may not do to the others of its tenant: claim an event of theirs (`event-claimed`), or declare a queue
 * of theirs in another way (`package-invalid`).
 */
export function assertFits(definition: PackageDefinition, live: readonly PackageVersion[]): void {
  const others = live.filter(({ id }) => id !== definition.id);
  assertClaimsNothing(definition, others);
  const faults = definition.queues.flatMap((_, index) => queueFaults(definition, index, others));
  if (faults.length === 0) return;
  throw new JobicoError('package-invalid', 'a queue is declared in another way by another package of the tenant', {
    hint: 'Packages that share a queue declare it alike; give this one a queue of its own otherwise.',
    faults,
  });
}

function assertClaimsNothing(definition: PackageDefinition, others: readonly PackageVersion[]): void {
  const owners = new Map(others.flatMap((other) => jobsOf(other.definition).map(({ event }) => [event, other.id])));
  const claims = jobsOf(definition).flatMap(({ event }) => {
    const owner = owners.get(event);
    return owner === undefined ? [] : [{ event, package: owner }];
  });
  const [first] = claims;
  if (!first) return;
  throw new JobicoError('event-claimed', `event ${first.event} belongs to package ${first.package} already`, {
    hint: `An event belongs to one package. Rename the event, or undeploy it there: jobico undeploy ${first.package}`,
    faults: claims.map(({ event, package: owner }) => ({
      path: pathOfEvent(definition, event),
      message: `belongs to package ${owner} already`,
      value: shown(event),
    })),
    details: { claims },
  });
}

function pathOfEvent({ jobs }: PackageDefinition, event: string): string {
  const declared = jobs.findIndex((job) => job.event.id === event);
  if (declared >= 0) return pointer('jobs', declared, 'event', 'id');
  const routed = jobs.findIndex(({ result }) => result?.ok?.id === event || result?.error?.id === event);
  return pointer('jobs', routed, 'result', jobs[routed]?.result?.ok?.id === event ? 'ok' : 'error', 'id');
}

function queueFaults({ queues }: PackageDefinition, index: number, others: readonly PackageVersion[]): Fault[] {
  const declared = queues[index];
  if (!declared) return [];
  return others.flatMap(({ id, definition }) => {
    const theirs = definition.queues.find((queue) => queue.id === declared.id);
    if (!theirs || isDeepStrictEqual(queueOf(theirs), queueOf(declared))) return [];
    return [
      {
        path: pointer('queues', index),
        message: `package ${id} declares this queue in another way`,
        value: JSON.stringify(declared),
        allowed: JSON.stringify(theirs),
      },
    ];
  });
}
