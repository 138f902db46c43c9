import {
  JobicoError,
  LIMITS,
  nearest,
  parseExactJson,
  timingFaults,
  type Fault,
  type OperationInput,
  type Schedule,
  type Timing,
} from '@jobico/contract';
import {
  createEventId,
  type Definitions,
  type Intake,
  type ScheduleEntry,
  type ScheduleStore,
  type Schemas,
  type StoredSchedule,
} from '@jobico/messaging';
import type { Call, Handlers } from '../operations.ts';
import { setClock } from './reconcile-schedules.ts';
import { readClockwork, specOf, toldOf } from './told.ts';

export interface ScheduleDeps {
  schedules: ScheduleStore;
  definitions: Definitions;
  schemas: Schemas;
  intake: Intake;
}

type ScheduleHandlers = Pick<Handlers, Extract<keyof Handlers, `schedule.${string}`>>;

export function createScheduleHandlers(deps: ScheduleDeps): ScheduleHandlers {
  const { schedules, definitions, intake } = deps;
  const told = async (entry: ScheduleEntry) => toldOf(entry, await readClockwork(schedules, entry.tenant), definitions);
  /** Stores what a schedule is from now on, and sets the clock by it. */
  const save = async (entry: ScheduleEntry, revision: number): Promise<Schedule> => {
    await schedules.put(entry, revision);
    await setClock(schedules, entry, await readClockwork(schedules, entry.tenant));
    return await told(entry);
  };
  const pause = async ({ tenant, schedule }: About, isPaused: boolean): Promise<Schedule> => {
    const { entry, revision } = await existing(schedules, tenant, schedule);
    assertPending(entry);
    if (entry.isPaused === isPaused) return await told(entry);
    return await save({ ...entry, isPaused, updatedAt: now() }, revision);
  };
  return {
    async 'schedule.create'(input, call) {
      const { tenant, id, data: _data, ...spec } = input;
      const entry = {
        ...spec,
        tenant,
        id,
        data: dataOf(input, call) ?? '{}',
        ...fresh(),
        isPaused: false,
        createdAt: now(),
      };
      await assertRaises(deps, entry, 'schedule.create');
      const all = await schedules.list(tenant);
      if (all.some((each) => each.entry.id === id)) throw taken(id);
      if (all.length >= LIMITS.schedules) {
        throw new JobicoError('limit-exceeded', `tenant ${tenant} has ${LIMITS.schedules} schedules already`);
      }
      return await save(entry, 0);
    },
    async 'schedule.list'({ tenant }) {
      const clockwork = await readClockwork(schedules, tenant);
      return { items: (await schedules.list(tenant)).map(({ entry }) => toldOf(entry, clockwork, definitions)) };
    },
    'schedule.get': async ({ tenant, schedule }) => told((await existing(schedules, tenant, schedule)).entry),
    async 'schedule.update'(input, call) {
      const { tenant, schedule } = input;
      const { entry: before, revision } = await existing(schedules, tenant, schedule);
      assertOwn(before);
      const entry = { ...changed(before, input, dataOf(input, call)), ...fresh() };
      await assertRaises(deps, entry, 'schedule.update');
      return await save(entry, revision);
    },
    async 'schedule.cancel'({ tenant, schedule }) {
      const { entry } = await existing(schedules, tenant, schedule);
      assertOwn(entry);
      await schedules.remove(tenant, schedule);
      await schedules.disarm(tenant, schedule);
      return { id: schedule };
    },
    'schedule.pause': (input) => pause(input, true),
    'schedule.resume': (input) => pause(input, false),
    async 'schedule.trigger'({ tenant, schedule }) {
      const { entry } = await existing(schedules, tenant, schedule);
      const { event, data: text, key } = entry;
      const id = `${schedule}:${createEventId()}`;
      await intake.send({ tenant, event, items: [{ value: JSON.parse(text), text }], id, key, source: 'schedule' });
      return { id: schedule, event: id };
    },
  };
}

type About = OperationInput<'schedule.get'>;

const now = () => new Date().toISOString();
const fresh = () => ({ stamp: createEventId(), updatedAt: now() });

/** The data as it was written, digit by digit; undefined where there is none. */
function dataOf({ data }: { data?: unknown }, { text }: Call): string | undefined {
  if (data === undefined) return undefined;
  const exact = text === undefined ? data : (parseExactJson(text) as { data: unknown }).data;
  const written = JSON.stringify(exact);
  if (Buffer.byteLength(written) <= LIMITS.scheduleBytes) return written;
  throw new JobicoError('too-large', `the data of a schedule has at most ${LIMITS.scheduleBytes} bytes`);
}

/** What is given takes the place of what was there; a new time takes the place of every other. */
function changed(before: ScheduleEntry, input: OperationInput<'schedule.update'>, data?: string): ScheduleEntry {
  const { tenant: _tenant, schedule: _schedule, data: _data, ...given } = input;
  const { tenant, id, isPaused, createdAt } = before;
  const { at, every, cron, timezone, ...rest } = specOf(before);
  const isNewTime = [given.at, given.every, given.cron].some((each) => each !== undefined);
  const timing: Timing = isNewTime ? {} : { ...(at && { at }), ...(every && { every }), ...(cron && { cron }) };
  const keepsZone = timezone !== undefined && (given.cron !== undefined || timing.cron !== undefined);
  return {
    ...rest,
    ...timing,
    ...(keepsZone && { timezone }),
    ...given,
    ...(data !== undefined && { data }),
    tenant,
    id,
    isPaused,
    createdAt,
    stamp: before.stamp,
    updatedAt: before.updatedAt,
  };
}

/** Its event is declared and takes its data, and its time is one. */
async function assertRaises({ definitions, schemas }: ScheduleDeps, entry: ScheduleEntry, name: string): Promise<void> {
  const faults: Fault[] = timingFaults(entry, '', 'at, every or cron');
  const declared = definitions.event(entry.tenant, entry.event);
  if (!declared) {
    const known = definitions.events(entry.tenant).map(({ job }) => job.event);
    const suggestion = nearest(entry.event, known);
    faults.push({
      path: '/event',
      message: 'no package of the tenant declares this event',
      value: JSON.stringify(entry.event),
      ...(known.length > 0 && { allowed: known.join(', ') }),
      ...(suggestion !== undefined && { suggestion }),
    });
  } else {
    const validate = await schemas.validatorOf(declared);
    faults.push(...validate(JSON.parse(entry.data)).map((fault) => ({ ...fault, path: `/data${fault.path}` })));
  }
  const [first] = faults;
  if (!first) return;
  throw new JobicoError('invalid', `${name}: ${first.path.slice(1) || 'the schedule'} ${first.message}`, { faults });
}

async function existing(store: ScheduleStore, tenant: string, id: string): Promise<StoredSchedule> {
  const stored = await store.get(tenant, id);
  if (stored) return stored;
  const ids = (await store.list(tenant)).map(({ entry }) => entry.id);
  const suggestion = nearest(id, ids);
  const all = ids.length > 0 ? `There are: ${ids.join(', ')}.` : 'It has none.';
  throw new JobicoError('not-found', `tenant ${tenant} has no schedule ${id}`, {
    hint: suggestion === undefined ? all : `Did you mean ${suggestion}? ${all}`,
  });
}

/** What a package declares, its next deploy would change back. */
function assertOwn(entry: ScheduleEntry): void {
  if (entry.package === undefined) return;
  throw new JobicoError('conflict', `schedule ${entry.id} is declared by package ${entry.package}`, {
    hint: `Change it there and deploy; \`jobico schedule pause ${entry.id}\` keeps it from firing meanwhile.`,
  });
}

function assertPending({ id, done }: ScheduleEntry): void {
  if (!done) return;
  throw new JobicoError('conflict', `schedule ${id} was to fire once, and has`, {
    hint: `jobico schedule update ${id} --at <time> lets it fire again.`,
  });
}

function taken(id: string): JobicoError {
  return new JobicoError('conflict', `there is a schedule ${id} already`, {
    hint: `jobico schedule update ${id} changes it; jobico schedule cancel ${id} removes it.`,
  });
}
