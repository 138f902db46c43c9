import { Type, type Static } from 'typebox';
import { Execution, EXECUTION_STATUSES, ExecutionInputs, LiveLines, LogLine } from '../execution.ts';
import { EVENT_ID_PATTERN } from '../ids.ts';
import { after, closed, idFilter, limit, operation, page, streamOperation, tenant } from './operation.ts';

const execution = Type.String({ pattern: '^[0-9a-f-]{36}$', description: 'The execution.' });
const filters = {
  package: idFilter('Only of this package.'),
  job: idFilter('Only of this job.'),
  queue: idFilter('Only of this queue.'),
  status: Type.Optional(Type.Enum([...EXECUTION_STATUSES], { description: 'Only with this status.' })),
};

/** What follows executions sees of them: lines while they run, if they run for long, and the record at the end. */
export const Followed = Type.Union([Type.Object({ live: LiveLines }), Type.Object({ execution: Execution })]);
export type Followed = Static<typeof Followed>;

export const executionOperations = {
  'execution.list': operation({
    summary: 'Lists executions, newest first',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/executions',
    input: Type.Object(
      {
        tenant,
        ...filters,
        event: Type.Optional(Type.String({ description: 'Only of the event with this id.' })),
        limit,
        after,
      },
      closed,
    ),
    output: page(Execution),
  }),
  'execution.get': operation({
    summary: 'Shows one execution',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/executions/{execution}',
    input: Type.Object({ tenant, execution }, closed),
    output: Execution,
  }),
  'execution.logs': operation({
    summary: 'Shows what an execution logged',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/executions/{execution}/logs',
    input: Type.Object({ tenant, execution }, closed),
    output: page(LogLine),
  }),
  'execution.inputs': operation({
    summary: 'Answers what it takes to run an execution again elsewhere: its inputs, and the component that it ran',
    role: 'deployer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/executions/{execution}/inputs',
    input: Type.Object({ tenant, execution }, closed),
    output: Type.Object({
      execution: Execution,
      inputs: Type.Optional(ExecutionInputs),
      ran: Type.Optional(
        Type.Object(
          {
            moduleref: Type.String(),
            digest: Type.String({ description: 'Of the component.' }),
            content: Type.String({ description: 'The component, in base64.' }),
            config: Type.Record(Type.String(), Type.String(), { description: 'What the package granted as config.' }),
            secrets: Type.Array(Type.String(), { description: 'Names of the secrets that it granted.' }),
            timeoutMs: Type.Number({ description: 'Of the job.' }),
          },
          { description: 'The version that it ran, while that is kept.' },
        ),
      ),
    }),
  }),
  'execution.cancel': operation({
    summary: 'Ends an event that waits or runs: it is cancelled for good, and its record says so',
    role: 'deployer',
    method: 'POST',
    path: '/v1/tenants/{tenant}/executions/{execution}/cancel',
    input: Type.Object(
      {
        tenant,
        execution: Type.String({
          pattern: EVENT_ID_PATTERN,
          description: 'The execution that runs or waits for its next attempt; or its event, by its id.',
        }),
      },
      closed,
    ),
    output: Execution,
  }),
  'execution.watch': streamOperation({
    summary: 'Streams executions as they end',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/executions/watch',
    input: Type.Object({ tenant, ...filters }, closed),
    output: Execution,
  }),
  'execution.follow': streamOperation({
    summary: 'Streams what executions log while they run, and their records as they end',
    role: 'viewer',
    method: 'GET',
    path: '/v1/tenants/{tenant}/executions/follow',
    input: Type.Object(
      {
        tenant,
        package: filters.package,
        job: filters.job,
        execution: Type.Optional(
          Type.String({
            pattern: '^[0-9a-f-]{36}$',
            description:
              'Only this execution, from its beginning; if its executor dies, the record of the one in its place.',
          }),
        ),
      },
      closed,
    ),
    output: Followed,
  }),
};
