import { Type } from 'typebox';
import { EVENT_ID_PATTERN, ID_PATTERN } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { closed, operation, tenant } from './operation.ts';

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
};
