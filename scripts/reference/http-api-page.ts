import { LIMITS, OPERATION_NAMES, operations, type Operation, type OperationName } from '@jobico/contract';
import { bytes } from './quantity.ts';
import { table } from './table.ts';

/** What this page reads of a JSON Schema. */
interface Schema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
}

const INTRODUCTION = `# HTTP and NATS API

<!-- Made by scripts/reference.ts from the operation table in libs/contract/src/operations/. -->

Every operation of the control plane is one row of a table in the code, and the same over each transport: HTTP (an OpenAPI 3.1 document is at \`/openapi.json\`), NATS request/reply (\`nats micro ls\`), the typed client of \`libs/client\`, and the command line, whose \`--json\` is the operation's output.

- Over HTTP, fields of the path stand there, percent-encoded; those of a GET or DELETE are the query, those of a POST or PUT one JSON object. Over NATS all of them are one JSON object, sent to the subject.
- A list answers \`{"items": […], "next": "…"}\`; \`next\`, where there is one, is the \`after\` of the next page.
- An error is a problem (RFC 9457) with a \`code\`: [errors.md](errors.md). Over NATS it is the body of a reply with the header \`Nats-Service-Error-Code\`.
- A request has at most ${bytes(LIMITS.operationBytes)}, unless it is said otherwise; further limits are in [limits.md](limits.md).
- The role is the least that may call: \`owner\` includes \`deployer\`, which includes \`viewer\`; \`producer\` may send events, and \`admin\` is of the platform.`;

const NOUNS: Readonly<Record<string, string>> = {
  deadletter: 'Dead letters',
  event: 'Events',
  execution: 'Executions',
  file: 'Files',
  kv: 'Key-value data',
  node: 'Nodes',
  package: 'Packages',
  queue: 'Queues',
  tenant: 'Tenants',
};

/** The page docs/reference/http-api.md. */
export function httpApiPage(): string {
  const byNoun = Map.groupBy(OPERATION_NAMES, (name) => name.slice(0, name.indexOf('.')));
  const nouns = [...byNoun].sort(([a], [b]) => (titleOf(a) < titleOf(b) ? -1 : 1));
  const sections = nouns.flatMap(([noun, names]) => [`## ${titleOf(noun)}`, ...names.flatMap(sectionsOf)]);
  return `${[INTRODUCTION, overview(), ...sections].join('\n\n')}\n`;
}

const titleOf = (noun: string) => NOUNS[noun] ?? `${noun.charAt(0).toUpperCase()}${noun.slice(1)}s`;

function overview(): string {
  const rows = OPERATION_NAMES.map((name) => {
    const { method, path, role } = rowOf(name);
    return [`[\`${name}\`](#${name.replaceAll('.', '')})`, `\`${method} ${path}\``, subjectOf(name), role];
  });
  return table(['operation', 'HTTP', 'NATS', 'role'], rows);
}

const rowOf = (name: OperationName): Operation => operations[name];

function subjectOf(name: OperationName): string {
  return rowOf(name).isStream ? 'subjects of the stream' : `\`jobico.ctl.${name}\``;
}

function sectionsOf(name: OperationName): string[] {
  const row = rowOf(name);
  // As JSON, which is how everybody else reads it.
  const input = JSON.parse(JSON.stringify(row.input)) as Schema;
  const output = JSON.parse(JSON.stringify(row.output)) as Schema;
  const isStream = row.isStream === true;
  const remarks = [
    `\`${row.method} ${row.path}\`${isStream ? ', server-sent events' : `, ${subjectOf(name)}`}, role \`${row.role}\``,
    ...(row.bodyLimit === undefined ? [] : [`a request may have ${bytes(row.bodyLimit)}`]),
  ];
  const fields = fieldRows(input).map(([field, type, description]) => [
    field,
    placeOf(row, field.replaceAll('`', '')),
    type,
    description,
  ]);
  const answered = outputRows(output);
  return [
    `### ${name}`,
    `${row.summary}. (${remarks.join('; ')})`,
    ...(fields.length > 0 ? [table(['input', 'where', 'type', 'meaning'], fields)] : []),
    ...(answered.length > 0 ? [table([isStream ? 'each event' : 'output', 'type', 'meaning'], answered)] : []),
  ];
}

function placeOf({ method, path }: Operation, field: string): string {
  if (path.includes(`{${field}}`)) return 'path';
  return method === 'GET' || method === 'DELETE' ? 'query' : 'body';
}

/** The fields of an object; those that may be left out say so, or what they are then. */
function fieldRows({ properties = {}, required = [] }: Schema, prefix = ''): [string, string, string][] {
  return Object.entries(properties).map(([name, schema]) => {
    const optional = schema.default === undefined ? 'optional' : `default \`${JSON.stringify(schema.default)}\``;
    const type = [typeOf(schema), ...(required.includes(name) ? [] : [optional])].join(', ');
    return [`\`${prefix}${name}\``, type, schema.description ?? ''];
  });
}

/** Two levels: what is answered, and of a list what each item has. */
function outputRows(schema: Schema): [string, string, string][] {
  const alternatives = schema.anyOf ?? [schema];
  return alternatives.flatMap((each) =>
    fieldRows(each).flatMap((row): [string, string, string][] => {
      const field = row[0].replaceAll('`', '');
      const items = each.properties?.[field]?.items;
      return [row, ...(items?.properties ? fieldRows(items, `${field}[].`) : [])];
    }),
  );
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return schema.items?.properties ? 'list' : `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === 'integer' && schema.maximum !== undefined) return `${schema.minimum ?? 0} to ${schema.maximum}`;
  if (schema.format === 'date-time') return 'time (RFC 3339)';
  return schema.type ?? 'any JSON';
}
