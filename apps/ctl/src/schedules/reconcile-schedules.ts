import { isDeepStrictEqual } from 'node:util';
import { asJobicoError, type PackageVersion, type ScheduleDefinition } from '@jobico/contract';
import {
  createEventId,
  type DefinitionStore,
  type ScheduleEntry,
  type ScheduleSpec,
  type ScheduleStore,
  type StoredSchedule,
} from '@jobico/messaging';
import { readClockwork, specOf, stateOf, type Clockwork } from './told.ts';

/**
 * Brings a tenant's schedules to what its live packages say, and the server to what the schedules say. Repeating it
 * changes nothing; a schedule that stays as it is keeps its rhythm, and stays paused.
 */
export async function reconcileSchedules(
  store: ScheduleStore,
  packages: DefinitionStore,
  tenant: string,
): Promise<void> {
  const live = await packages.list(tenant);
  await keepDeclared(store, tenant, live.packages);
  const clockwork = await readClockwork(store, tenant);
  const entries = (await store.list(tenant)).map(({ entry }) => entry);
  for (const entry of entries) await setClock(store, entry, clockwork);
  const known = new Set(entries.map(({ id }) => id));
  for (const id of clockwork.armed.keys()) if (!known.has(id)) await store.disarm(tenant, id);
}

/** Gives the server one schedule to fire, or takes it away. */
export async function setClock(store: ScheduleStore, entry: ScheduleEntry, { armed, fires }: Clockwork): Promise<void> {
  const { tenant, id, stamp } = entry;
  const isActive = stateOf(entry, fires.get(id)) === 'active';
  const has = armed.get(id)?.stamp;
  if (isActive && has !== stamp) await store.arm(entry);
  if (!isActive && has !== undefined) await store.disarm(tenant, id);
}

async function keepDeclared(store: ScheduleStore, tenant: string, live: readonly PackageVersion[]): Promise<void> {
  const stored = new Map((await store.list(tenant)).map((each) => [each.entry.id, each]));
  const declared = new Map(live.flatMap((version) => declaredBy(version)));
  for (const [id, { owner, spec }] of declared) {
    const before = stored.get(id);
    // One that somebody made beside the packages: a deploy refuses to take its name.
    if (before && before.entry.package !== owner) continue;
    if (before && isDeepStrictEqual(specOf(before.entry), spec)) continue;
    await put(store, { tenant, id, owner, spec, before });
  }
  for (const { entry } of stored.values()) {
    const isGone = entry.package !== undefined && declared.get(entry.id)?.owner !== entry.package;
    if (isGone) await store.remove(tenant, entry.id);
  }
}

function declaredBy({ id: owner, definition }: PackageVersion): [string, { owner: string; spec: ScheduleSpec }][] {
  return (definition.schedules ?? []).map((schedule) => [schedule.id, { owner, spec: specOfDeclared(schedule) }]);
}

function specOfDeclared({ id: _id, data = {}, ...spec }: ScheduleDefinition): ScheduleSpec {
  return { ...spec, data: JSON.stringify(data) };
}

interface Declared {
  tenant: string;
  id: string;
  owner: string;
  spec: ScheduleSpec;
  before: StoredSchedule | undefined;
}

async function put(store: ScheduleStore, { tenant, id, owner, spec, before }: Declared): Promise<void> {
  const now = new Date().toISOString();
  const { createdAt = now, isPaused = false } = before?.entry ?? {};
  const entry = { ...spec, tenant, id, package: owner, isPaused, createdAt, updatedAt: now, stamp: createEventId() };
  try {
    await store.put(entry, before?.revision ?? 0);
  } catch (error) {
    // Another process of ctl does the same.
    if (asJobicoError(error).code !== 'conflict') throw error;
  }
}
