import { PackageDefinition } from '@jobico/contract';
import { table } from './table.ts';

/** What this page reads of a JSON Schema. */
interface Schema {
  type?: string;
  description?: string;
  allowed?: string;
  default?: string | number;
  properties?: Record<string, Schema>;
  required?: string[];
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

const INTRODUCTION = `# Package definition

<!-- Made by scripts/reference.ts from the schema in libs/contract/src/package/schema.ts. -->

Every field that a package may have, where it stands, what may stand there, and what it is where nothing does. \`[]\` is each item of a list, \`<name>\` a name of the author's choice.

A package with a field that is not listed here, or a value that is not allowed, is refused as a whole: \`jobico package validate\` and \`jobico deploy\` answer \`package-invalid\` (exit code 5) with every fault and its line, and nothing that is live changes. What the platform limits whatever a package says is in [limits.md](limits.md).

Durations are ISO 8601, of days and below: \`PT0.5S\`, \`PT5M\`, \`P7D\`. Sizes have a binary unit: \`512KiB\`, \`1GiB\`.`;

/** What a table does not tell, by the place that it stands below. */
const REMARKS: Readonly<Record<string, string>> = {
  'queues[].ordering': `Events of one key run one after another, in the order in which they were stored; \`strict\` is a queue of one key. One that fails holds those behind it until it has its outcome, or passes them with \`retry.ordering: relax\`. [Concepts](../concepts.md#a-queue) says what each ordering promises. The ordering of a queue that holds events cannot change: the deploy is refused with \`conflict\`.`,
  'queues[].retention': `Settled events are kept so that they can be replayed, and make room when the queue is more than half full: [ADR 005](../adr/005-queues-set-nothing-aside.md). A queue that is full refuses new events with \`queue-full\` (HTTP 503).`,
  'jobs[].retry': `Attempt *n* + 1 begins \`initialInterval\` × \`backoffCoefficient\`<sup>*n* − 1</sup> after attempt *n* has failed, at most \`maximumInterval\`. What is tried again: \`retry\` and every trap, an attempt that overruns its \`timeout\` or its memory, a failure of the platform. \`permanent\` is not. When no attempt is left the event goes to the \`error\` event of the job; where there is none, it becomes a [dead letter](../guides/dead-letters.md).`,
};

/** The page docs/reference/package.md. */
export function packagePage(): string {
  // As JSON, which is how everybody else reads it.
  const schema = JSON.parse(JSON.stringify(PackageDefinition)) as Schema;
  // What stands in several places is described once.
  const byFields = Map.groupBy(objectsBelow('', schema), ([, { properties, required }]) =>
    JSON.stringify([properties, required]),
  );
  const sections = [...byFields.values()].map((places) => section(places));
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

/** An object and those below it, each with its place. */
function objectsBelow(path: string, schema: Schema): [path: string, schema: Schema][] {
  const fields = Object.entries(schema.properties ?? {});
  const below = fields.flatMap(([name, field]) => objectsIn(path === '' ? name : `${path}.${name}`, field));
  return [[path, schema], ...below.flatMap(([at, each]) => objectsBelow(at, each))];
}

function section(places: readonly [path: string, schema: Schema][]): string {
  const [[path, schema] = ['', {}]] = places;
  const title = path === '' ? 'The package' : places.map(([at]) => `\`${at}\``).join(', ');
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    rowOf(name, field, schema.required?.includes(name) ?? false),
  );
  const remark = REMARKS[path];
  const fields = table(['field', 'what it is', 'allowed', 'where left out'], rows);
  return [`## ${title}`, ...(remark === undefined ? [] : [remark]), fields].join('\n\n');
}

/** The objects that a value may be or hold, and where they stand. */
function objectsIn(path: string, schema: Schema): [path: string, schema: Schema][] {
  if (schema.properties) return [[path, schema]];
  if (schema.items) return objectsIn(`${path}[]`, schema.items);
  if (schema.anyOf) return schema.anyOf.flatMap((branch) => objectsIn(path, branch));
  return Object.values(schema.patternProperties ?? {}).flatMap((each) => objectsIn(`${path}.<name>`, each));
}

function rowOf(name: string, field: Schema, isRequired: boolean): string[] {
  const meaning = field.description ?? field.items?.description ?? '';
  const { default: fallback } = field;
  const absent = isRequired ? 'required' : fallback === undefined ? '—' : `\`${String(fallback)}\``;
  return [`\`${name}\``, meaning, allowedIn(field), absent];
}

function allowedIn(schema: Schema): string {
  if (schema.allowed !== undefined) return schema.allowed;
  if (schema.items) return `a list${range(schema.minItems, schema.maxItems)}${listOf(schema.items)}`;
  if (schema.patternProperties) return 'an object by name';
  if (schema.properties) return 'an object';
  if (schema.type === 'integer') return `a whole number${range(schema.minimum, schema.maximum)}`;
  if (schema.type === 'number') return `a number${range(schema.minimum, schema.maximum)}`;
  return schema.maxLength === undefined ? 'a text' : `a text, at most ${schema.maxLength} characters`;
}

const listOf = (items: Schema) => (items.allowed === undefined ? '' : ` of ${items.allowed}`);

function range(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}`;
  return least !== undefined ? `, ${least} or more` : most !== undefined ? `, at most ${most}` : '';
}
