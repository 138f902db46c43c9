import { durationMs, JobicoError, LIMITS, type Timing } from '@jobico/contract';
import { Kvm } from '@nats-io/kv';
import type { StoredMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { KEY } from '../intake/event-message.ts';
import { asUnavailable } from '../connection/failures.ts';
import { bucketEntries, lastMessages } from '../reading/last-messages.ts';
import type { HeaderFields } from '../publishing/publisher.ts';
import { firedSubject, SCHEDULE_ENTRIES, scheduleKey, SCHEDULES, scheduleSubject } from '../subjects.ts';

/** What a schedule raises, and when. */
export interface ScheduleSpec extends Timing {
  event: string;
  key?: string;
  /** JSON text. */
  data: string;
}

/** A schedule as the bucket `schedules` holds it. */
export interface ScheduleEntry extends ScheduleSpec {
  tenant: string;
  id: string;
  /** The package that declares it. */
  package?: string;
  isPaused: boolean;
  /** RFC 3339, both. */
  createdAt: string;
  updatedAt: string;
  /** Another one each time that what it raises or when has changed: tells which state of it has fired. */
  stamp: string;
  /** Of one that was to fire once, and has: what it raised. */
  done?: { time: string; event: string };
}

export interface StoredSchedule {
  entry: ScheduleEntry;
  revision: number;
}

/** The last time that a schedule fired. */
export interface Fire {
  stamp: string;
  /** In the stream SCHEDULES. */
  sequence: number;
  timeMs: number;
  /** What the server said then of the next time. */
  next?: string;
}

/** The schedules, and the messages by which the server fires them. */
export interface ScheduleStore {
  get(tenant: string, id: string): Promise<StoredSchedule | undefined>;
  /** By id. */
  list(tenant: string): Promise<StoredSchedule[]>;
  /** Writes over what has this revision, 0 for nothing. Throws `conflict` where something else is there. */
  put(entry: ScheduleEntry, revision: number): Promise<void>;
  remove(tenant: string, id: string): Promise<void>;
  /** The state of each schedule that the server has to fire, by id: its stamp, and when it was given to it. */
  armed(tenant: string): Promise<Map<string, { stamp: string; timeMs: number }>>;
  /** The last fires that are known, by id. */
  fires(tenant: string): Promise<Map<string, Fire>>;
  /** Gives a schedule to the server to fire, in place of what it had of it. */
  arm(entry: ScheduleEntry): Promise<void>;
  disarm(tenant: string, id: string): Promise<void>;
}

export const STAMP = 'Jobico-Stamp';
export const EVENT = 'Jobico-Event';
/** Set by the server on what it has fired: when it does so again, or that it does not. */
export const NEXT = 'Nats-Schedule-Next';
export const NEVER = 'purge';

const MS = 1000;

export async function createScheduleStore(nats: Nats): Promise<ScheduleStore> {
  const bucket = await new Kvm(nats.js).create(SCHEDULE_ENTRIES, { history: 1, markerTTL: LIMITS.schedulesDoneMs });
  const get = async (tenant: string, id: string) => {
    const entry = await bucket.get(scheduleKey(tenant, id));
    return entry?.operation === 'PUT' ? { entry: entry.json<ScheduleEntry>(), revision: entry.revision } : undefined;
  };
  return {
    get,
    async list(tenant) {
      const found = await bucketEntries(nats, SCHEDULE_ENTRIES, scheduleKey(tenant, '*'));
      const stored = found.map(({ message }) => ({ entry: message.json<ScheduleEntry>(), revision: message.seq }));
      return stored.sort((a, b) => (a.entry.id < b.entry.id ? -1 : 1));
    },
    async put(entry, revision) {
      const subject = `$KV.${SCHEDULE_ENTRIES}.${scheduleKey(entry.tenant, entry.id)}`;
      const expected = revision === 0 ? await lastRevision(nats, subject) : revision;
      const ttl: HeaderFields = entry.done ? [['Nats-TTL', `${Math.ceil(LIMITS.schedulesDoneMs / MS)}s`]] : [];
      await nats.publisher.publish(subject, JSON.stringify(entry), [
        ['Nats-Expected-Last-Subject-Sequence', String(expected)],
        ...ttl,
      ]);
    },
    async remove(tenant, id) {
      await bucket.delete(scheduleKey(tenant, id));
    },
    async armed(tenant) {
      const last = await lastMessages(nats, SCHEDULES, scheduleSubject(tenant, '*'));
      return new Map(
        last.map((message) => [idOf(message), { stamp: message.header.get(STAMP), timeMs: timeOf(message) }]),
      );
    },
    async fires(tenant) {
      const last = await lastMessages(nats, SCHEDULES, firedSubject(tenant, '*'));
      return new Map(last.map((message) => [idOf(message), fireOf(message)]));
    },
    async arm(entry) {
      await nats.publisher.publish(scheduleSubject(entry.tenant, entry.id), entry.data, [
        ['Nats-Schedule', patternOf(entry)],
        ['Nats-Schedule-Target', firedSubject(entry.tenant, entry.id)],
        ...(entry.timezone === undefined ? [] : ([['Nats-Schedule-Time-Zone', entry.timezone]] as const)),
        [STAMP, entry.stamp],
        [EVENT, entry.event],
        ...(entry.key === undefined ? [] : ([[KEY, encodeURIComponent(entry.key.toWellFormed())]] as const)),
      ]);
    },
    async disarm(tenant, id) {
      try {
        await nats.jsm.streams.purge(SCHEDULES, { filter: scheduleSubject(tenant, id) });
      } catch (error) {
        throw asUnavailable(error, `schedule ${id} cannot be stopped`);
      }
    },
  };
}

/** As the server reads it. */
function patternOf({ at, every, cron }: Timing): string {
  if (at !== undefined) return `@at ${new Date(at).toISOString()}`;
  if (every !== undefined) return `@every ${durationMs(every)}ms`;
  return cron ?? '';
}

const idOf = ({ subject }: StoredMsg) => subject.slice(subject.lastIndexOf('.') + 1);
const timeOf = ({ time }: StoredMsg) => time.getTime();

function fireOf(message: StoredMsg): Fire {
  const next = message.header.get(NEXT);
  return {
    stamp: message.header.get(STAMP),
    sequence: message.seq,
    timeMs: timeOf(message),
    ...(next !== '' && next !== NEVER && { next }),
  };
}

/** Of what is there to be written over though it is no entry: the mark of a removal. Throws `conflict` for an entry. */
async function lastRevision(nats: Nats, subject: string): Promise<number> {
  const last = await nats.jsm.streams.getMessage(`KV_${SCHEDULE_ENTRIES}`, { last_by_subj: subject });
  if (!last) return 0;
  if (last.header.get('KV-Operation') || last.header.get('Nats-Marker-Reason')) return last.seq;
  throw new JobicoError('conflict', 'there is such a schedule already');
}
