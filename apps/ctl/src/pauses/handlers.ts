import { jobsOf, queueOf, type PackagePaused, type PackageVersion, type PauseState } from '@jobico/contract';
import type { DefinitionStore, Nats, Nodes, PausableKind, Pauses } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';
import { noSuchPackage } from '../packages/undeploy.ts';
import { assertQueue } from '../queues/no-such-queue.ts';
import { untilExecutors } from './executors.ts';

export interface PauseDeps {
  nats: Nats;
  store: DefinitionStore;
  pauses: Pauses;
  nodes: Nodes;
}

type PauseHandlers = Pick<Handlers, 'package.pause' | 'package.resume' | 'queue.pause' | 'queue.resume'>;

/** An answer does not wait longer for an executor that is stuck. */
const APPLY_TIMEOUT_MS = 5000;

export function createPauseHandlers(deps: PauseDeps): PauseHandlers {
  const { nats, store, pauses, nodes } = deps;

  const pause = async (tenant: string, of: PausableKind, id: string): Promise<PauseState> => {
    const { since, revision, isNew } = await pauses.pause(tenant, of, id);
    const executors = await untilExecutors(nodes, revision, ({ applied }) => applied, APPLY_TIMEOUT_MS);
    return { tenant, paused: true, since, changed: isNew, nodes: executors };
  };

  const resume = async (tenant: string, of: PausableKind, id: string): Promise<PauseState> => {
    const { revision, isNew } = await pauses.resume(tenant, of, id);
    const executors = await untilExecutors(nodes, revision, ({ applied }) => applied, APPLY_TIMEOUT_MS);
    return { tenant, paused: false, changed: isNew, nodes: executors };
  };

  const queuesOf = async (tenant: string, id: string): Promise<PackagePaused['queues']> => {
    const { packages } = await store.list(tenant);
    const version = packages.find((each) => each.id === id);
    if (!version) throw noSuchPackage(tenant, id, packages);
    return whereItsEventsWait(version, packages);
  };

  return {
    async 'package.pause'({ tenant, package: id }) {
      const queues = await queuesOf(tenant, id);
      return { ...(await pause(tenant, 'package', id)), package: id, queues };
    },
    async 'package.resume'({ tenant, package: id }) {
      const queues = await queuesOf(tenant, id);
      return { ...(await resume(tenant, 'package', id)), package: id, queues };
    },
    async 'queue.pause'({ tenant, queue }) {
      await assertQueue(nats, tenant, queue);
      return { ...(await pause(tenant, 'queue', queue)), queue };
    },
    async 'queue.resume'({ tenant, queue }) {
      await assertQueue(nats, tenant, queue);
      return { ...(await resume(tenant, 'queue', queue)), queue };
    },
  };
}

function whereItsEventsWait({ id, definition }: PackageVersion, packages: readonly PackageVersion[]) {
  const used = new Set(jobsOf(definition).map(({ queue }) => queue));
  const declared = definition.queues.filter((queue) => used.has(queue.id)).map((queue) => queueOf(queue));
  return declared.map((queue) => ({
    id: queue.id,
    ordering: queue.ordering.kind,
    sharedWith: packages
      .filter((other) => other.id !== id && jobsOf(other.definition).some((job) => job.queue === queue.id))
      .map((other) => other.id),
  }));
}
