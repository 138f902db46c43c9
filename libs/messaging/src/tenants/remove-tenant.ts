import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable, isMissing } from '../connection/failures.ts';
import { deleteQueue, listQueues } from '../streams.ts';
import {
  DEADLETTERS,
  DEFINITIONS,
  EXECUTIONS,
  FILES,
  IDEMPOTENCY,
  inputsSubject,
  logSubject,
  PARKED,
  SECRETS,
  TENANT_LIMITS,
  tenantBucket,
} from '../subjects.ts';

/**
 * Deletes what the platform keeps for a tenant that has no package: queues, key-value data, files, secrets, records, dead
 * letters, the versions of packages that it had. What was done before it failed is done; it may be repeated.
 */
export async function removeTenantData(nats: Nats, tenant: string): Promise<void> {
  for (const { id } of await listQueues(nats, tenant)) await deleteQueue(nats, tenant, id);
  const filters: [stream: string, subject: string][] = [
    [EXECUTIONS, `jobico.execution.${tenant}.>`],
    [EXECUTIONS, inputsSubject(tenant, '*')],
    [EXECUTIONS, logSubject(tenant)],
    [DEADLETTERS, `jobico.deadletter.${tenant}.>`],
    [PARKED, `jobico.parked.${tenant}.>`],
    [`KV_${IDEMPOTENCY}`, `$KV.${IDEMPOTENCY}.${tenant}.>`],
  ];
  try {
    for (const bucket of [DEFINITIONS, SECRETS, TENANT_LIMITS]) await removeKeys(nats, bucket, tenant);
    for (const [stream, filter] of filters) {
      await nats.jsm.streams.purge(stream, { filter }).catch(unlessMissing);
    }
    await nats.jsm.streams.delete(`KV_${tenantBucket(tenant)}`).catch(unlessMissing);
    await removeFiles(nats, tenant);
  } catch (error) {
    throw asUnavailable(error, `what is kept for tenant ${tenant} cannot be deleted`);
  }
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

/** Takes every key of the tenant out of a bucket that is watched, each with a mark: a copy that was away learns of it. */
async function removeKeys(nats: Nats, name: string, tenant: string): Promise<void> {
  const bucket = await new Kvm(nats.js).open(name);
  const prefix = `$KV.${name}.`;
  for (const filter of [`${prefix}${tenant}`, `${prefix}${tenant}.>`]) {
    const { state } = await nats.jsm.streams.info(`KV_${name}`, { subjects_filter: filter });
    for (const subject of Object.keys(state.subjects ?? {})) await bucket.purge(subject.slice(prefix.length));
  }
}

async function removeFiles(nats: Nats, tenant: string): Promise<void> {
  const store = await new Objm(nats.js).open(FILES);
  for (const { name } of await store.list()) {
    if (name.startsWith(`${tenant}/`)) await store.delete(name);
  }
}
