import { OPERATION_NAMES, operations, PROBLEM_SCHEMA, type Operation } from '@jobico/contract';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the operation table. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const name of OPERATION_NAMES) {
    const row: Operation = operations[name];
    paths[row.path] = { ...paths[row.path], [row.method.toLowerCase()]: operationObject(name, row) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Jobico control plane', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    security: [{ token: [] }],
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of `jobico token create`, `jbc_…`.' },
      },
      schemas: { Problem: PROBLEM_SCHEMA },
      responses: {
        Problem: {
          description: 'Why it was not done (RFC 9457).',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

function operationObject(name: string, row: Operation): Json {
  const properties = row.input.properties as Record<string, Json>;
  const isInPath = (field: string) => row.path.includes(`{${field}}`);
  const isRequired = (field: string) => row.input.required?.includes(field) ?? false;
  const rest = Object.keys(properties).filter((field) => !isInPath(field));
  const hasBody = row.method === 'POST' || row.method === 'PUT';
  const parameters = Object.keys(properties)
    .filter((field) => isInPath(field) || !hasBody)
    .map((field) => ({
      name: field,
      in: isInPath(field) ? 'path' : 'query',
      required: isRequired(field),
      schema: properties[field],
      ...(properties[field]?.description !== undefined && { description: properties[field].description }),
    }));
  return {
    operationId: name,
    summary: row.summary,
    description: row.role === 'anyone' ? 'Takes any valid token.' : `Takes the role ${row.role}.`,
    tags: [name.slice(0, name.indexOf('.'))],
    parameters,
    ...(hasBody && { requestBody: bodyObject(properties, rest, isRequired) }),
    responses: {
      200: {
        description: row.isStream ? 'Server-sent events, each with one item.' : 'Done.',
        content: { [row.isStream ? 'text/event-stream' : 'application/json']: { schema: withoutId(row.output) } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function bodyObject(properties: Record<string, Json>, fields: string[], isRequired: (field: string) => boolean): Json {
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field, properties[field]])),
    required: fields.filter(isRequired),
    additionalProperties: false,
  };
  return { required: true, content: { 'application/json': { schema } } };
}

/** A schema inside the document: one that is in several places may have its `$id` in none. */
function withoutId(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === '$id' ? undefined : value)));
}
