import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { openDefinitions } from './definitions.ts';
import { asUnavailable } from '../connection/failures.ts';
import { lastMessages } from '../reading/last-messages.ts';
import { DEFINITIONS, parseDefinitionKey, pauseKey, pauseSubjects, type PausableKind } from '../subjects.ts';

/** A package or a queue whose jobs are not started. */
export interface Pause {
  of: PausableKind;
  id: string;
  /** ISO 8601. */
  since: string;
}

/** What a change has done: the bucket's revision, for those who wait until it is applied; whether anything is new. */
export interface PauseChange {
  revision: number;
  isNew: boolean;
}

/**
 * What is paused: keys of its own in the bucket `definitions`, beside the packages. So whoever follows the definitions sees
 * a pause and a deploy in the order in which they were made, and no version of a package is made by either.
 */
export interface Pauses {
  /** The bucket's revision of the last change of what is paused in a tenant; 0 if there was none. */
  revision(tenant: string): Promise<number>;
  list(tenant: string): Promise<Pause[]>;
  /** Repeating it changes nothing. */
  pause(tenant: string, of: PausableKind, id: string): Promise<PauseChange & { since: string }>;
  resume(tenant: string, of: PausableKind, id: string): Promise<PauseChange>;
}

export async function createPauses(nats: Nats): Promise<Pauses> {
  const bucket = await openDefinitions(nats);
  const current = async (key: string) => {
    const entry = await call(() => bucket.get(key));
    return entry?.operation === 'PUT' ? { revision: entry.revision, ...entry.json<{ since: string }>() } : undefined;
  };
  return {
    revision: async (tenant) => (await pauseMessages(nats, tenant)).reduce((most, { seq }) => Math.max(most, seq), 0),
    list: (tenant) => listPauses(nats, tenant),
    async pause(tenant, of, id) {
      const key = pauseKey(tenant, of, id);
      const known = await current(key);
      if (known) return { ...known, isNew: false };
      const since = new Date().toISOString();
      return { since, revision: await call(() => bucket.put(key, JSON.stringify({ since }))), isNew: true };
    },
    async resume(tenant, of, id) {
      const key = pauseKey(tenant, of, id);
      if (!(await current(key))) return { revision: 0, isNew: false };
      await call(() => bucket.delete(key));
      const entry = await call(() => bucket.get(key));
      return { revision: entry?.revision ?? 0, isNew: true };
    },
  };
}

async function listPauses(nats: Nats, tenant: string): Promise<Pause[]> {
  return (await pauseMessages(nats, tenant)).flatMap((message) => {
    const key = parseDefinitionKey(message.subject.split('.').slice(2).join('.'));
    if (key?.kind !== 'pause' || message.header.get('KV-Operation')) return [];
    return [{ of: key.of, id: key.id, ...message.json<{ since: string }>() }];
  });
}

/** The last of each key, those of keys that were deleted too. */
async function pauseMessages(nats: Nats, tenant: string): Promise<StoredMsg[]> {
  return await lastMessages(nats, `KV_${DEFINITIONS}`, pauseSubjects(tenant));
}

async function call<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asUnavailable(error, 'the definitions cannot be reached');
  }
}
