import { Objm } from '@nats-io/obj';
import type { Nats } from './connection.ts';
import { asUnavailable, isMissing } from './failures.ts';
import { deleteQueue, listQueues } from './streams.ts';
import {
  DEADLETTERS,
  DEFINITIONS,
  EXECUTIONS,
  FILES,
  logSubject,
  packageSubject,
  PARKED,
  tenantBucket,
} from './subjects.ts';

/**
 * Deletes what the platform keeps for a tenant that has no package: queues, key-value data, files, records, dead letters,
 * the versions of packages that it had. What was done before it failed is done; it may be repeated.
 */
export async function removeTenantData(nats: Nats, tenant: string): Promise<void> {
  for (const { id } of await listQueues(nats, tenant)) await deleteQueue(nats, tenant, id);
  const filters: [stream: string, subject: string][] = [
    [EXECUTIONS, `jobico.execution.${tenant}.>`],
    [EXECUTIONS, logSubject(tenant)],
    [DEADLETTERS, `jobico.deadletter.${tenant}.>`],
    [PARKED, `jobico.parked.${tenant}.>`],
    [`KV_${DEFINITIONS}`, packageSubject(tenant, '>')],
  ];
  try {
    for (const [stream, filter] of filters) await nats.jsm.streams.purge(stream, { filter });
    await nats.jsm.streams.delete(`KV_${tenantBucket(tenant)}`).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    await removeFiles(nats, tenant);
  } catch (error) {
    throw asUnavailable(error, `what is kept for tenant ${tenant} cannot be deleted`);
  }
}

async function removeFiles(nats: Nats, tenant: string): Promise<void> {
  const store = await new Objm(nats.js).open(FILES);
  for (const { name } of await store.list()) {
    if (name.startsWith(`${tenant}/`)) await store.delete(name);
  }
}
