import { Type, type Static } from 'typebox';
import { Execution } from '../execution.ts';
import { EVENT_ID_PATTERN, ID_PATTERN } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { after, closed, idFilter, limit, operation, page, tenant } from './operation.ts';
import { StoredEvent } from './queue.ts';

const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));

/** Which stored events are meant. */
const storedFilters = {
  queue: Type.String({ pattern: ID_PATTERN, description: 'The queue that has them.' }),
  event: idFilter('Only this event, by its name.'),
  key: Type.Optional(Type.String({ maxLength: LIMITS.keyLength, description: 'Only with this ordering key.' })),
  since: moment('Only what was stored from this time on.'),
  until: moment('Only what was stored before this time.'),
};

/** `replayed`: it is on its queue once more. `already`: this replay had put it there before. */
export const ReplayResult = Type.Object({
  id: Type.String({ description: 'Of the event that is repeated.' }),
  event: Type.String({ description: 'Its name.' }),
  sequence: Type.Integer({ description: 'In its queue.' }),
  outcome: Type.Enum(['replayed', 'already', 'waiting', 'undeclared', 'failed'], {
    description: 'waiting: it has no outcome yet, and runs anyway; undeclared: no package declares it any more.',
  }),
  as: Type.Optional(Type.String({ description: 'Id of the event that repeats it.' })),
  reason: Type.Optional(Type.String({ description: 'Why not, where it was not done.' })),
});
export type ReplayResult = Static<typeof ReplayResult>;

export const AcceptedEvents = Type.Object({
  accepted: Type.Integer(),
  events: Type.Array(Type.Object({ id: Type.String() })),
});

export const eventOperations = {
  'event.send': operation({
    summary: 'Puts events on their queue: all of them valid, or none accepted',
    role: 'producer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/events/{event}',
    input: Type.Object(
      {
        tenant,
        event: Type.String({ pattern: ID_PATTERN, description: "The event's id in its package." }),
        data: Type.Array(Type.Unknown(), { minItems: 1, maxItems: LIMITS.requestEvents, description: 'The events.' }),
        id: Type.Optional(
          Type.String({ pattern: EVENT_ID_PATTERN, description: 'Id of the event, if it is a single one.' }),
        ),
        key: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: LIMITS.keyLength,
            description: 'Ordering key where the queue has no pointer.',
          }),
        ),
      },
      closed,
    ),
    output: AcceptedEvents,
    bodyLimit: 16 << 20,
  }),
  'event.list': operation({
    summary: 'Lists the events that a queue still holds, settled ones too, newest first',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/events',
    input: Type.Object({ tenant, ...storedFilters, limit, after }, closed),
    output: page(StoredEvent),
  }),
  'event.get': operation({
    summary: 'Shows an event, as far as its queue still holds it, and its executions, newest first',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/events/{event}',
    input: Type.Object(
      { tenant, event: Type.String({ pattern: EVENT_ID_PATTERN, description: 'Id of the event.' }) },
      closed,
    ),
    output: Type.Object({ event: Type.Optional(StoredEvent), executions: Type.Array(Execution) }),
  }),
  'event.replay': operation({
    summary: 'Puts settled events that a queue still holds on their queue once more, oldest first, a page at a time',
    role: 'deployer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/replays',
    input: Type.Object(
      {
        tenant,
        ...storedFilters,
        replay: Type.Optional(
          Type.String({
            pattern: '^[A-Za-z0-9_-]{1,64}$',
            description:
              'The name of a replay that was begun: events that it has put there are left out. Default: a new one.',
          }),
        ),
        dryRun: Type.Optional(
          Type.Boolean({ default: false, description: 'Changes nothing; answers what would be done.' }),
        ),
        limit,
        after,
      },
      closed,
    ),
    output: Type.Object({ replay: Type.String(), ...page(ReplayResult).properties }),
  }),
};
