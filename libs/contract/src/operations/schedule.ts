import { Type, type Static } from 'typebox';
import { ID_PATTERN } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { DURATION_PATTERN } from '../quantities.ts';
import { closed, operation, page, tenant } from './operation.ts';

const schedule = Type.String({ pattern: ID_PATTERN, description: 'The schedule.' });

const timing = {
  at: Type.Optional(Type.String({ format: 'date-time', description: 'Once, at this time.' })),
  every: Type.Optional(Type.String({ pattern: DURATION_PATTERN, description: 'Again and again, so far apart.' })),
  cron: Type.Optional(
    Type.String({ maxLength: 200, description: 'Six fields: second minute hour day month weekday.' }),
  ),
  timezone: Type.Optional(Type.String({ maxLength: 64, description: 'Of cron. Default UTC.' })),
};
const key = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: LIMITS.keyLength,
    description: 'Ordering key where the queue has no pointer.',
  }),
);
const data = Type.Optional(Type.Unknown({ description: 'The data of the event. Default {}.' }));

export const Schedule = Type.Object({
  id: Type.String(),
  event: Type.String(),
  ...timing,
  key: Type.Optional(Type.String()),
  data: Type.Unknown(),
  package: Type.Optional(Type.String({ description: 'The package that declares it; only a deploy changes it.' })),
  state: Type.Enum(['active', 'paused', 'done'], { description: 'done: it was to fire once, and has.' }),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
  next: Type.Optional(Type.String({ format: 'date-time', description: 'When it fires next.' })),
  last: Type.Optional(
    Type.Object(
      { time: Type.String({ format: 'date-time' }), event: Type.String({ description: 'Id of the event.' }) },
      { description: 'When it last fired, and what it raised.' },
    ),
  ),
  problem: Type.Optional(Type.String({ description: 'Why its next fire raises nothing.' })),
});
export type Schedule = Static<typeof Schedule>;

const about = Type.Object({ tenant, schedule }, closed);
const path = '/v1/tenants/{tenant}/schedules/{schedule}';

export const scheduleOperations = {
  'schedule.create': operation({
    summary: 'Makes a schedule, which raises an event once or again and again',
    role: 'deployer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/schedules',
    input: Type.Object(
      {
        tenant,
        id: Type.String({ pattern: ID_PATTERN, description: 'The schedule, unique within the tenant.' }),
        event: Type.String({ pattern: ID_PATTERN, description: 'The event that it raises.' }),
        ...timing,
        key,
        data,
      },
      closed,
    ),
    output: Schedule,
  }),
  'schedule.list': operation({
    summary: 'Lists the schedules of a tenant, with when they fired last and fire next',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/schedules',
    input: Type.Object({ tenant }, closed),
    output: page(Schedule),
  }),
  'schedule.get': operation({
    summary: 'Shows one schedule',
    role: 'viewer',
    method: 'GET',
    path,
    input: about,
    output: Schedule,
  }),
  'schedule.update': operation({
    summary: 'Changes a schedule; what is left out stays as it is',
    role: 'deployer',
    method: 'PUT',
    path,
    input: Type.Object(
      {
        tenant,
        schedule,
        event: Type.Optional(Type.String({ pattern: ID_PATTERN, description: 'The event that it raises.' })),
        ...timing,
        key,
        data,
      },
      closed,
    ),
    output: Schedule,
  }),
  'schedule.cancel': operation({
    summary: 'Removes a schedule; events that it has raised stay',
    role: 'deployer',
    method: 'DELETE',
    path,
    input: about,
    output: Type.Object({ id: Type.String() }),
  }),
  'schedule.pause': operation({
    summary: 'Keeps a schedule from firing until it is resumed; what it misses is not made up for',
    role: 'deployer',
    method: 'POST',
    path: `${path}/pause`,
    input: about,
    output: Schedule,
  }),
  'schedule.resume': operation({
    summary: 'Lets a schedule fire again, from now on',
    role: 'deployer',
    method: 'POST',
    path: `${path}/resume`,
    input: about,
    output: Schedule,
  }),
  'schedule.trigger': operation({
    summary: 'Raises the event of a schedule now, beside its own times',
    role: 'deployer',
    method: 'POST',
    path: `${path}/trigger`,
    input: about,
    output: Type.Object({ id: Type.String(), event: Type.String({ description: 'Id of the event.' }) }),
  }),
};
