import { Type, type Static } from 'typebox';
import { DeadLetter, EXECUTION_ERROR_CODES } from '../execution.ts';
import { after, closed, idFilter, limit, operation, page, tenant } from './operation.ts';

const letterId = '[1-9][0-9]{0,15}';
const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));

const filters = {
  ids: Type.Optional(
    Type.String({
      pattern: `^${letterId}(,${letterId}){0,999}$`,
      description: 'Only the dead letters with these ids, separated by commas.',
    }),
  ),
  queue: idFilter('Only of this queue.'),
  event: idFilter('Only of this event.'),
  package: idFilter('Only of this package.'),
  job: idFilter('Only of this job.'),
  code: Type.Optional(Type.Enum([...EXECUTION_ERROR_CODES], { description: 'Only with this cause.' })),
  since: moment('Only from this time on.'),
  until: moment('Only up to this time.'),
};
const LetterFilters = Type.Object(filters);
/** Which dead letters are meant: those that every given filter takes. */
export type LetterFilters = Static<typeof LetterFilters>;

const dryRun = Type.Optional(
  Type.Boolean({ default: false, description: 'Changes nothing; answers what would be done.' }),
);

const about = {
  id: Type.String({ description: 'Of the dead letter.' }),
  queue: Type.String(),
  event: DeadLetter.properties.event,
  reason: Type.Optional(Type.String({ description: 'Why not, where it was not done.' })),
};

/** `redriven`: it is on its queue. `already`: an earlier redrive had put it there. The letter is kept otherwise. */
export const RedriveResult = Type.Object({
  ...about,
  outcome: Type.Enum(['redriven', 'already', 'undeclared', 'failed'], {
    description: 'undeclared: no package declares the event any more.',
  }),
  as: Type.Optional(Type.String({ description: 'Id of the event that is on the queue now.' })),
});
export type RedriveResult = Static<typeof RedriveResult>;

export const DropResult = Type.Object({ ...about, outcome: Type.Enum(['dropped', 'failed']) });
export type DropResult = Static<typeof DropResult>;

export const deadLetterOperations = {
  'deadletter.list': operation({
    summary: 'Lists dead letters, newest first',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/deadletters',
    input: Type.Object({ tenant, ...filters, limit, after }, closed),
    output: page(DeadLetter),
  }),
  'deadletter.get': operation({
    summary: 'Shows one dead letter',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/deadletters/{deadletter}',
    input: Type.Object(
      { tenant, deadletter: Type.String({ pattern: `^${letterId}$`, description: 'The dead letter.' }) },
      closed,
    ),
    output: DeadLetter,
  }),
  'deadletter.redrive': operation({
    summary: 'Puts the events of dead letters back on their queues, oldest first, a page of them at a time',
    role: 'deployer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/deadletters/redrive',
    input: Type.Object({ tenant, ...filters, dryRun, limit, after }, closed),
    output: page(RedriveResult),
  }),
  'deadletter.drop': operation({
    summary: 'Deletes dead letters for good, oldest first, a page of them at a time',
    role: 'deployer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/deadletters/drop',
    input: Type.Object(
      {
        tenant,
        ...filters,
        all: Type.Optional(Type.Boolean({ default: false, description: 'Needed where there is no filter.' })),
        dryRun,
        limit,
        after,
      },
      closed,
    ),
    output: page(DropResult),
  }),
};
