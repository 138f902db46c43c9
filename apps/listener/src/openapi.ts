import { EVENT_ID_PATTERN, ID_PATTERN, LIMITS, PROBLEM_SCHEMA } from '@jobico/contract';

const json = (schema: object) => ({ 'application/json': { schema } });
const problem = (description: string, headers?: object) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  ...(headers && { headers }),
});

const RETRY_AFTER = { 'retry-after': { description: 'Seconds.', schema: { type: 'integer' } } };
const RATE_LIMIT = {
  ...RETRY_AFTER,
  ratelimit: { description: 'draft-ietf-httpapi-ratelimit-headers', schema: { type: 'string' } },
  'ratelimit-policy': { description: 'The limit, and its window in seconds.', schema: { type: 'string' } },
};

const REFUSALS = {
  400: problem('Not JSON, or not in the form that is taken; `errors` has pointers'),
  404: problem('No such tenant or event'),
  405: problem('Not POST'),
  408: problem('The request did not come in time'),
  413: problem('The body or an event is too large'),
  415: problem('The content type, charset or content encoding is not taken'),
  422: problem('An event does not fit its schema; `errors` has pointers; none of the request was accepted'),
  429: problem('Beyond a limit of the tenant', RATE_LIMIT),
  503: problem('Nothing can be stored now: try again', RETRY_AFTER),
};

const pathParameter = (name: string, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', pattern: ID_PATTERN },
});
const ADDRESS = [pathParameter('tenant', 'The tenant.'), pathParameter('event', "The event's id in its package.")];

const header = (name: string, description: string, schema: object = { type: 'string' }) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
});

const EVENT_HEADERS = [
  header('Idempotency-Key', 'Id of what is sent, kept for a day: a repeat gets the first answer. Not with NDJSON.', {
    type: 'string',
    pattern: EVENT_ID_PATTERN,
  }),
  header('Jobico-Key', 'Ordering key where the queue has no pointer, percent-encoded.', {
    type: 'string',
    maxLength: LIMITS.keyLength,
  }),
  header(
    'Prefer',
    '`wait=N`: the outcome is waited for, N seconds at most. `return=minimal`: of NDJSON, refused lines alone.',
  ),
  header('traceparent', 'W3C trace context; goes along with the event.'),
];

const events = {
  summary: 'Puts events on their queue',
  description:
    'Answers once they are stored. Of `{"data": […]}` and of a batch of CloudEvents all are valid, or none is accepted; a stream of lines is answered line by line.',
  operationId: 'sendEvents',
  parameters: [...ADDRESS, ...EVENT_HEADERS],
  requestBody: {
    required: true,
    content: {
      ...json({ $ref: '#/components/schemas/Events' }),
      'application/x-ndjson': { schema: { type: 'string', description: 'One event a line.' } },
      'application/cloudevents+json': { schema: { $ref: '#/components/schemas/CloudEvent' } },
      'application/cloudevents-batch+json': {
        schema: { type: 'array', maxItems: LIMITS.requestEvents, items: { $ref: '#/components/schemas/CloudEvent' } },
      },
    },
  },
  responses: {
    200: {
      description: 'The outcomes, which came in time (`Prefer: wait`); or the answers to a stream of lines',
      content: {
        ...json({ $ref: '#/components/schemas/Accepted' }),
        'application/x-ndjson': {
          schema: { type: 'string', description: '`{"line", "id"}`, or a problem with its line; at the end the sums.' },
        },
      },
    },
    202: { description: 'Stored', content: json({ $ref: '#/components/schemas/Accepted' }) },
    409: problem('The id was sent with another body before'),
    ...REFUSALS,
  },
};

const webhooks = {
  summary: 'Takes a signed webhook: its body is one event',
  description:
    'Signed as `jobs[].event.webhook` of the package says. A delivery that is sent again makes no second event.',
  operationId: 'takeWebhook',
  parameters: ADDRESS,
  requestBody: { required: true, content: json({}) },
  responses: {
    202: { description: 'Stored', content: json({ $ref: '#/components/schemas/Accepted' }) },
    401: problem('The signature is not right, for whatever cause'),
    ...REFUSALS,
  },
};

const accepted = {
  type: 'object',
  required: ['accepted', 'events'],
  properties: {
    accepted: { type: 'integer' },
    events: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id'],
        properties: {
          id: { type: 'string' },
          outcome: {
            type: 'object',
            description: 'Where it was waited for, and came in time.',
            properties: {
              id: { type: 'string', description: 'Of the execution.' },
              status: { type: 'string', enum: ['ok', 'failed', 'dead', 'cancelled'] },
              attempt: { type: 'integer' },
              durationMs: { type: 'number' },
              result: {},
              error: { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } } },
            },
          },
        },
      },
    },
  },
};

const cloudEvent = {
  type: 'object',
  description: 'CloudEvents 1.0; in binary mode its attributes are `ce-…` headers.',
  required: ['specversion', 'id', 'source', 'type'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1 },
    source: { type: 'string', format: 'uri-reference', minLength: 1 },
    type: { type: 'string', minLength: 1 },
    time: { type: 'string', format: 'date-time' },
    subject: { type: 'string', minLength: 1 },
    partitionkey: { type: 'string', description: 'Ordering key where the queue has no pointer.' },
    data: {},
    data_base64: { type: 'string', contentEncoding: 'base64' },
  },
};

/** The OpenAPI 3.1 document of the listener. */
export function openApiDocument(version: string): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Jobico listener', version, description: 'Takes events and webhooks.' },
    paths: {
      '/events/{tenant}/{event}': { post: events },
      '/webhooks/{tenant}/{event}': { post: webhooks },
      '/health': {
        get: {
          summary: 'Says whether the listener is well',
          operationId: 'health',
          responses: { 200: { description: 'It is' }, 500: { description: 'It is not: NATS is away' } },
        },
      },
    },
    components: {
      schemas: {
        Events: {
          type: 'object',
          required: ['data'],
          properties: { data: { type: 'array', minItems: 1, maxItems: LIMITS.requestEvents, items: {} } },
        },
        Accepted: accepted,
        CloudEvent: cloudEvent,
        Problem: PROBLEM_SCHEMA,
      },
    },
  };
}
