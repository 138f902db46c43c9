import { durationMs, nextOfCron, readCron, type Schedule } from '@jobico/contract';
import {
  firedEventId,
  type Definitions,
  type Fire,
  type ScheduleEntry,
  type ScheduleSpec,
  type ScheduleStore,
} from '@jobico/messaging';

/** What the streams know of the schedules of a tenant. */
export interface Clockwork {
  armed: Awaited<ReturnType<ScheduleStore['armed']>>;
  fires: Awaited<ReturnType<ScheduleStore['fires']>>;
}

export async function readClockwork(store: ScheduleStore, tenant: string): Promise<Clockwork> {
  const [armed, fires] = await Promise.all([store.armed(tenant), store.fires(tenant)]);
  return { armed, fires };
}

/** A schedule as operations answer it. */
export function toldOf(entry: ScheduleEntry, { armed, fires }: Clockwork, definitions: Definitions): Schedule {
  const { id, createdAt, updatedAt } = entry;
  const { data, ...spec } = specOf(entry);
  const fire = fires.get(id);
  const state = stateOf(entry, fire);
  const next = state === 'active' ? nextOf(entry, armed.get(id)?.timeMs, fire) : undefined;
  const last = entry.done ?? (fire && { time: isoOf(fire.timeMs), event: firedEventId(id, fire.sequence) });
  return {
    id,
    ...spec,
    data: JSON.parse(data),
    ...(entry.package !== undefined && { package: entry.package }),
    state,
    createdAt,
    updatedAt,
    ...(next !== undefined && { next: isoOf(next) }),
    ...(last && { last }),
    ...(!definitions.event(entry.tenant, spec.event) && { problem: `no package declares event ${spec.event}` }),
  };
}

/** What a schedule raises and when, without what it is otherwise. */
export function specOf({ event, at, every, cron, timezone, key, data }: ScheduleEntry): ScheduleSpec {
  return {
    event,
    ...(at !== undefined && { at }),
    ...(every !== undefined && { every }),
    ...(cron !== undefined && { cron }),
    ...(timezone !== undefined && { timezone }),
    ...(key !== undefined && { key }),
    data,
  };
}

/** One that fires once is done when it has, even if that is not written down yet. */
export function stateOf(entry: ScheduleEntry, fire: Fire | undefined): Schedule['state'] {
  if (entry.done || (entry.at !== undefined && fire?.stamp === entry.stamp)) return 'done';
  return entry.isPaused ? 'paused' : 'active';
}

/** Undefined while the server has not been given it. */
function nextOf(entry: ScheduleEntry, armedMs: number | undefined, fire: Fire | undefined): number | undefined {
  const { at, every, cron, timezone, stamp } = entry;
  if (at !== undefined) return Date.parse(at);
  if (armedMs === undefined) return undefined;
  const told = fire?.stamp === stamp && fire.timeMs >= armedMs && fire.next !== undefined ? Date.parse(fire.next) : 0;
  if (told > Date.now()) return told;
  if (every !== undefined) return told || Math.round(armedMs / 1000) * 1000 + durationMs(every);
  const read = readCron(cron ?? '');
  return 'fault' in read ? undefined : nextOfCron(read, Date.now(), timezone);
}

const isoOf = (ms: number) => new Date(ms).toISOString();
