import { Type, type Static } from 'typebox';
import { ID_PATTERN, SECRET_NAME_PATTERN } from '../ids.ts';
import { DURATION_PATTERN, SIZE_PATTERN } from '../quantities.ts';
import { DEFAULTS } from './defaults.ts';
import { CRON_FORM } from '../cron.ts';
import { LIMITS } from '../limits.ts';
import { HTTP_GRANT_FORM } from './http-grant.ts';

/**
 * The package definition, as its author writes it in YAML: the one schema that validates it, that editors use, and that
 * its types come from. `allowed` says in words what a fault's message offers.
 */
const closed = { additionalProperties: false } as const;
const id = (description: string) =>
  Type.String({ pattern: ID_PATTERN, description, allowed: 'lower-case letters, digits and dashes, 1 to 63 of them' });
const text = (description: string) => Type.String({ maxLength: 200, description });
const duration = (description: string, fallback: string) =>
  Type.String({
    pattern: DURATION_PATTERN,
    description,
    default: fallback,
    allowed: 'an ISO 8601 duration such as PT1S, PT5M or P7D',
  });
const size = (description: string) =>
  Type.String({ pattern: SIZE_PATTERN, description, allowed: 'a size such as 512KiB, 100MiB or 1GiB' });
const fileName = (description: string) =>
  Type.String({
    pattern: '^(?!.*\\.\\.)[A-Za-z0-9_@][A-Za-z0-9_@./-]{0,199}$',
    description,
    allowed: 'a file next to the package or its name in the file repository, without ".."',
  });

const Schema = Type.Object(
  {
    id: id('Names the schema.'),
    name: Type.Optional(text('For people.')),
    schemaref: fileName('The JSON Schema: a file next to the package, or its name in the file repository.'),
  },
  { ...closed, description: 'What a payload must fit. Left out: any JSON.' },
);

const eventFields = {
  id: id('The event, unique within the tenant.'),
  name: Type.Optional(text('For people.')),
  datatype: Type.Optional(Type.Enum([0, 'json'], { description: 'Of the payload: 0 or json.', allowed: '0 or json' })),
  schema: Type.Optional(Schema),
};

const secretName = Type.String({
  pattern: SECRET_NAME_PATTERN,
  allowed: 'a letter or _, then letters, digits, _ and -, 64 at most',
});
const headerName = (description: string) =>
  Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$", description, allowed: 'a name of an HTTP header' });

export const WEBHOOK_SCHEMES = ['standard-webhooks', 'github', 'stripe', 'slack', 'hmac'] as const;

const Webhook = Type.Object(
  {
    scheme: Type.Enum([...WEBHOOK_SCHEMES], {
      description: 'Who signs, and so how. hmac: a signature of the body in a header.',
      allowed: WEBHOOK_SCHEMES.join(', '),
    }),
    secret: Type.Union([secretName, Type.Array(secretName, { minItems: 1, maxItems: 5 })], {
      description: 'Name of the secret that signs; several while one is exchanged for another, each of them is good.',
      allowed: 'the name of a secret, or a list of up to 5',
    }),
    tolerance: Type.Optional(
      duration('By how much the time of a signature may differ, where it has one.', DEFAULTS.webhookTolerance),
    ),
    header: Type.Optional(headerName('hmac: the header of the signature.')),
    algorithm: Type.Optional(
      Type.Enum(['sha1', 'sha256', 'sha512'], {
        default: DEFAULTS.webhookAlgorithm,
        description: 'hmac: its hash.',
        allowed: 'sha1, sha256 or sha512',
      }),
    ),
    encoding: Type.Optional(
      Type.Enum(['hex', 'base64'], {
        default: DEFAULTS.webhookEncoding,
        description: 'hmac: how the signature is written.',
        allowed: 'hex or base64',
      }),
    ),
    prefix: Type.Optional(Type.String({ maxLength: 40, description: 'hmac: what stands before it, such as sha256=.' })),
    timestampHeader: Type.Optional(
      headerName('hmac: the header of the time in seconds; what is signed is <time>.<body> then.'),
    ),
    idHeader: Type.Optional(headerName("hmac: the header of the delivery's id.")),
  },
  { ...closed, description: 'Takes signed webhooks at POST /webhooks/{tenant}/{event}; each body is an event.' },
);

const Event = Type.Object(
  {
    ...eventFields,
    webhook: Type.Optional(Webhook),
    supplierqueue: id('The queue that the event waits in.'),
    runtime: id('The runtime that handles it.'),
  },
  { ...closed, description: 'What the job handles.' },
);

const Route = Type.Object(
  {
    ...eventFields,
    supplierqueue: Type.Optional(
      id('The queue that the event waits in; left out where another job declares the event.'),
    ),
    runtime: Type.Optional(id('The runtime that handles it; left out where another job declares the event.')),
  },
  closed,
);

const Retry = Type.Object(
  {
    maximumAttempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        default: DEFAULTS.maximumAttempts,
        description: 'Attempts in all, the first one too. After the last the event takes the error route.',
      }),
    ),
    initialInterval: Type.Optional(duration('Before the second attempt.', DEFAULTS.initialInterval)),
    backoffCoefficient: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 10,
        default: DEFAULTS.backoffCoefficient,
        description: 'Each interval is that many times the one before; then spread by a tenth either way.',
      }),
    ),
    maximumInterval: Type.Optional(duration('No interval is longer, but for the spread.', DEFAULTS.maximumInterval)),
    ordering: Type.Optional(
      Type.Enum(['keep', 'relax'], {
        default: DEFAULTS.retryOrdering,
        description: 'relax: later events of an ordered queue pass one that waits for its next attempt.',
        allowed: 'keep or relax',
      }),
    ),
  },
  { ...closed, description: 'How often and how soon a failed attempt is tried again.' },
);

const Job = Type.Object(
  {
    event: Event,
    result: Type.Optional(
      Type.Object(
        {
          ok: Type.Optional({ ...Route, description: 'The event that takes the result.' }),
          error: Type.Optional({ ...Route, description: 'The event that takes {event, error} once the job gives up.' }),
        },
        { ...closed, description: 'Where the outcome goes.' },
      ),
    ),
    retry: Type.Optional(Retry),
    timeout: Type.Optional(
      duration('Of one attempt. Who takes longer is ended by force, and the attempt has failed.', DEFAULTS.timeout),
    ),
    concurrency: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: DEFAULTS.concurrency,
        description:
          'Events of the job that one sandbox runs at once while they wait for kv, http or emit, in a queue with ' +
          'ordering none; an ordered queue runs as many as it has keys. A job that is granted none of these waits for ' +
          'nothing, and runs one at a time.',
      }),
    ),
    record: Type.Optional(
      Type.Enum(['inputs', 'failures'], {
        description:
          'Keeps with the record of each attempt, or of each that failed, the event and what the host answered, for ' +
          '`jobico execution replay`. Left out: nothing of it is kept.',
        allowed: 'inputs or failures',
      }),
    ),
  },
  closed,
);

const Ordering = Type.Union(
  [
    Type.Literal('strict'),
    Type.Literal('none'),
    Type.Object(
      {
        key: Type.String({
          pattern: '^(/([^~/]|~[01])*)+$',
          description: 'JSON pointer to the key in the event.',
          allowed: 'a JSON pointer such as /customer/id',
        }),
        partitions: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 64,
            description:
              'For a queue that is too much for one executor: its keys are spread over as many parts, which executors ' +
              'share out among them. Can be changed while the queue is empty.',
            default: DEFAULTS.partitions,
            allowed: 'a whole number from 1 to 64',
          }),
        ),
      },
      closed,
    ),
  ],
  { allowed: 'strict, none, or { key: /a/json/pointer, partitions: 4 }' },
);

const Queue = Type.Object(
  {
    id: id('The queue, unique within the tenant.'),
    name: Type.Optional(text('For people.')),
    ordering: Type.Optional({ ...Ordering, default: DEFAULTS.ordering, description: 'Which events run side by side.' }),
    storage: Type.Optional(
      Type.Enum(['file', 'memory'], {
        default: DEFAULTS.storage,
        description: 'Where the queue keeps its events. What is in memory is gone when its server stops.',
        allowed: 'file or memory',
      }),
    ),
    retention: Type.Optional(
      Type.Object(
        {
          maxAge: Type.Optional(
            duration(
              'Older events are dropped once they are settled; one that has not run by then becomes a dead letter, `expired`.',
              DEFAULTS.maxAge,
            ),
          ),
          maxBytes: Type.Optional(size('Beyond it new events are refused. Set aside on disk at once.')),
          maxEvents: Type.Optional(Type.Integer({ minimum: 1, description: 'Beyond it new events are refused.' })),
        },
        { ...closed, description: 'What the queue keeps.' },
      ),
    ),
  },
  closed,
);

const Runtime = Type.Object(
  {
    id: id('The runtime.'),
    name: Type.Optional(text('For people.')),
    moduleref: fileName('The component: a file next to the package, or its name in the file repository.'),
    mainfuncname: Type.Optional(
      Type.String({
        maxLength: 200,
        description: "The original's entry point. A component exports the handler interface; kept for its packages.",
      }),
    ),
    type: Type.Optional(Type.Enum([0, 'wasm'], { description: '0 or wasm.', allowed: '0 or wasm' })),
    platform: Type.Optional(Type.String({ maxLength: 200, description: "The original's; not used." })),
  },
  closed,
);

export const Grant = Type.Object(
  {
    config: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$' }), Type.String({ maxLength: 8192 }), {
        ...closed,
        description: 'What config.get answers.',
      }),
    ),
    secrets: Type.Optional(
      Type.Array(
        Type.String({
          pattern: SECRET_NAME_PATTERN,
          allowed: 'letters, digits, _ and -, a letter or _ first, 1 to 64 of them',
        }),
        {
          maxItems: 50,
          description: 'Names of secrets that config.get answers too; their values are set by `jobico secret set`.',
        },
      ),
    ),
    kv: Type.Optional(
      Type.Array(
        Type.Object(
          {
            bucket: id('A bucket of the tenant.'),
            access: Type.Optional(
              Type.Enum(['read', 'write'], {
                default: DEFAULTS.access,
                description: 'write includes read.',
                allowed: 'read or write',
              }),
            ),
          },
          closed,
        ),
        { maxItems: 50, description: 'The buckets that the job may use.' },
      ),
    ),
    http: Type.Optional(
      Type.Array(
        Type.String({
          maxLength: 300,
          description:
            'An origin that the job may send requests to, *.name for all below a name. An address that is private, or ' +
            'localhost, must be named itself. Redirects are returned to the job, not followed.',
          allowed: HTTP_GRANT_FORM,
        }),
        { maxItems: 50 },
      ),
    ),
    emit: Type.Optional(Type.Array(id('An event of this package that the job may raise.'), { maxItems: 50 })),
  },
  closed,
);

const Schedule = Type.Object(
  {
    id: id('The schedule, unique within the tenant.'),
    event: id('The event of this package that it raises.'),
    cron: Type.Optional(
      Type.String({
        maxLength: 200,
        description:
          'When, in six fields: second, minute, hour, day of the month, month, day of the week. This, or every.',
        allowed: CRON_FORM,
      }),
    ),
    every: Type.Optional(
      Type.String({
        pattern: DURATION_PATTERN,
        description: 'How often, a second or more. This, or cron.',
        allowed: 'an ISO 8601 duration such as PT30S or PT5M',
      }),
    ),
    timezone: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'Of cron: a name of the IANA database.',
        allowed: 'a name such as Europe/Paris; UTC where it is left out',
      }),
    ),
    key: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: LIMITS.keyLength,
        description: 'Ordering key where the queue has no pointer.',
      }),
    ),
    data: Type.Optional(
      Type.Unknown({ description: 'The data of the event, valid against its schema. Left out: {}.' }),
    ),
  },
  closed,
);

export const PackageDefinition = Type.Object(
  {
    id: id('The package, unique within the tenant.'),
    name: Type.Optional(text('For people.')),
    tenant: id('The tenant.'),
    queues: Type.Array(Queue, { maxItems: 100, description: 'Where events wait.' }),
    jobs: Type.Array(Job, { minItems: 1, maxItems: 500, description: 'Which runtime handles which event.' }),
    runtimes: Type.Array(Runtime, { minItems: 1, maxItems: 500, description: 'The code.' }),
    grants: Type.Optional(
      Type.Record(Type.String({ pattern: ID_PATTERN }), Grant, {
        ...closed,
        description: 'What each runtime may reach. Nothing unless granted.',
      }),
    ),
    schedules: Type.Optional(
      Type.Array(Schedule, { maxItems: 100, description: 'Events that are raised by the clock.' }),
    ),
  },
  { ...closed, title: 'Jobico package', $id: 'https://jobico.dev/schemas/package.json' },
);

export type PackageDefinition = Static<typeof PackageDefinition>;
export type WebhookDefinition = Static<typeof Webhook>;
export type QueueDefinition = Static<typeof Queue>;
export type RuntimeDefinition = Static<typeof Runtime>;
export type ScheduleDefinition = Static<typeof Schedule>;
export type GrantDefinition = Static<typeof Grant>;
export type RouteDefinition = Static<typeof Route>;
export type JobDefinition = Static<typeof Job>;
