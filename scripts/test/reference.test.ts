import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OTHER_NAMES, SETTINGS } from '@jobico/config';
import { jobsOf, PackageDefinition, queueOf, webhookOf } from '@jobico/contract';
import { describe, expect, test } from 'vitest';
import { REFERENCE_PAGES } from '../reference/pages.ts';

const folder = join(import.meta.dirname, '..', '..', 'docs', 'reference');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

describe('docs/reference', () => {
  test.each(Object.entries(REFERENCE_PAGES))(
    '%s is what the code says: else run scripts/reference.ts',
    (file, make) => {
      expect(read(file)).toBe(make());
    },
  );

  test('has every field of a package', () => {
    const rows = read('package.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const missing = fieldNames(PackageDefinition).filter(
      (name) => !rows.some((row) => row.startsWith(`| \`${name}\` |`)),
    );
    expect(missing).toEqual([]);
  });

  test('says what every name of the environment is for', () => {
    const rows = read('configuration.md').split('\n');
    const silent = [...Object.values(SETTINGS).map(({ name }) => name), ...OTHER_NAMES].filter(
      (name) => !rows.some((row) => row.startsWith(`| \`${name}\` |`) && !/\| +\|$/.test(row)),
    );
    expect(silent).toEqual([]);
  });

  test('has only links that lead somewhere', () => {
    for (const file of readdirSync(folder)) {
      for (const [, target = ''] of read(file).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
        expect([file, target, readableFrom(target)]).toEqual([file, target, true]);
      }
    }
  });
});

test('what the schema says of a field that is left out is what such a package gets', () => {
  const [job] = jobsOf({
    id: 'p',
    tenant: 't',
    queues: [{ id: 'q' }],
    jobs: [{ event: { id: 'e', supplierqueue: 'q', runtime: 'r' } }],
    runtimes: [{ id: 'r', moduleref: 'r.wasm' }],
  });
  // Of an event that takes webhooks, which this one does not.
  const { event: ofWebhooks, ...ofJobs } = defaultsOf('jobs') as { event?: { webhook?: object } };
  const said = jobsOf({
    id: 'p',
    tenant: 't',
    queues: [{ id: 'q' }],
    jobs: [{ event: { id: 'e', supplierqueue: 'q', runtime: 'r' }, ...ofJobs }],
    runtimes: [{ id: 'r', moduleref: 'r.wasm' }],
  });
  expect(said).toEqual([job]);
  expect(queueOf({ id: 'q', ...defaultsOf('queues') })).toEqual(queueOf({ id: 'q' }));
  const webhook = { scheme: 'hmac', secret: 'S', header: 'x' } as const;
  expect(webhookOf({ ...webhook, ...ofWebhooks?.webhook })).toEqual(webhookOf(webhook));
});

test.each([
  ['sandboxMemoryMiB', 4, 4096],
  ['maxSandboxes', 1, 1000],
  ['graceMs', 0, 600_000],
] as const)('%s is taken from %d to %d, as the page has it', (name, least, most) => {
  const parse = (text: string) => SETTINGS[name].parse(text);
  expect([parse(String(least)), parse(String(most))]).toEqual([least, most]);
  expect(() => parse(String(least - 1))).toThrow(String(least));
  expect(() => parse(String(most + 1))).toThrow(String(most));
  expect(read('limits.md')).toContain(`\`${SETTINGS[name].name}\` (${least} to ${most.toLocaleString('en')}`);
});

function readableFrom(target: string): boolean {
  try {
    return readFileSync(join(folder, target)).length > 0;
  } catch {
    return false;
  }
}

interface Schema {
  properties?: Record<string, Schema>;
  default?: unknown;
  [keyword: string]: unknown;
}

/** The names of all fields of all objects, wherever in the schema. */
function fieldNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, ...others } = schema as Schema;
  const below = [...Object.values(properties), ...Object.values(others)];
  return [...new Set([...Object.keys(properties), ...below.flatMap(fieldNames)])];
}

/** A queue's or a job's fields that have defaults, with these as their values. */
function defaultsOf(part: 'jobs' | 'queues'): object {
  const items: unknown = PackageDefinition.properties[part].items;
  return filled(items as Schema) ?? {};
}

function filled(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, each]) => {
    const value = filled(each);
    return value === undefined ? [] : [[name, value] as const];
  });
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}
