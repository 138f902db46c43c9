import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { typeOfSchema } from '../src/types/schema-to-type.ts';
import { finish, temporaryFolder } from './support/process.ts';

const typeOf = (schema: unknown): string =>
  typeOfSchema(schema, { nameOf: (ref) => `Named<'${ref}'>` }).replaceAll(/\s+/g, ' ');

test.each([
  [{ type: 'string', minLength: 1 }, 'string'],
  [{ type: ['integer', 'null'] }, 'number | null'],
  [{ enum: ['a', 1, null] }, '"a" | 1 | null'],
  [{ const: 'x' }, '"x"'],
  [{ type: 'array', items: { type: ['string', 'null'] } }, '(string | null)[]'],
  [{ type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false }, '[string, number]'],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 'string | number'],
  [{ allOf: [{ required: ['a'] }, { $ref: '#/$defs/b' }] }, "{ a: unknown; } & Named<'#/$defs/b'>"],
  [
    { type: 'object', properties: { a: { type: 'number' }, 'b-c': {} }, required: ['a'] },
    '{ a: number; "b-c"?: unknown; }',
  ],
  [{ type: 'object', additionalProperties: { type: 'number' } }, '{ [name: string]: number; }'],
  [{ type: 'object', additionalProperties: false }, 'Record<string, never>'],
  [{ type: 'object' }, '{ [name: string]: unknown; }'],
  [{ description: 'anything', pattern: '^a' }, 'unknown'],
  [true, 'unknown'],
  [false, 'never'],
])('the type of %j', (schema, type) => {
  expect(typeOf(schema)).toBe(type);
});

const TREE = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  description: 'A tree. */ export const evil = 1; /*',
  type: 'object',
  required: ['root'],
  properties: { root: { $ref: '#/$defs/tree-node' }, by: { $ref: 'parts/planter.json#/$defs/person' } },
  additionalProperties: false,
  $defs: {
    'tree-node': {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/tree-node' } } },
    },
  },
};

const PLANTER = {
  $defs: {
    person: { type: 'object', properties: { name: { type: 'string' }, at: { $ref: 'place.json' } }, required: ['at'] },
  },
};

const USE = `import type { Events } from './src/events.ts';
export const right: Events['planted'] = { root: { name: 'oak', children: [{ name: 'acorn' }] }, by: { at: 7 } };
// @ts-expect-error the name is text
export const wrong: Events['planted'] = { root: { name: 5 } };
// @ts-expect-error the place is a number
export const nowhere: Events['planted'] = { root: { name: 'oak' }, by: { at: 'the hill' } };
export const anything: Events['felled'] = 1;
`;

test(
  'a package has its types in a file that the compiler takes, and --check says when they are old',
  { timeout: 120_000 },
  async () => {
    const folder = await temporaryFolder();
    const jobs = [
      {
        event: { id: 'planted', supplierqueue: 'q', runtime: 'a', schema: { id: 't', schemaref: 'schemas/tree.json' } },
      },
      { event: { id: 'felled', supplierqueue: 'q', runtime: 'a' } },
    ];
    const wood = {
      id: 'wood',
      tenant: 'acme',
      queues: [{ id: 'q' }],
      jobs,
      runtimes: [{ id: 'a', moduleref: 'a.wasm' }],
    };
    await mkdir(join(folder, 'schemas/parts'), { recursive: true });
    await writeFile(join(folder, 'package.yaml'), JSON.stringify(wood));
    await writeFile(join(folder, 'schemas/tree.json'), JSON.stringify(TREE));
    await writeFile(join(folder, 'schemas/parts/planter.json'), JSON.stringify(PLANTER));

    const without = await finish(['types', folder]);
    expect(without).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('parts/place.json, which is not next'),
    });
    await writeFile(join(folder, 'schemas/parts/place.json'), JSON.stringify({ type: 'number' }));
    expect((await finish(['types', folder, '--check'])).exitCode).toBe(5);
    const { exitCode, stdout } = await finish(['types', folder, '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ events: ['planted', 'felled'], changed: true });
    expect((await finish(['types', folder, '--check'])).exitCode).toBe(0);

    await writeFile(join(folder, 'use.ts'), USE);
    const tsc = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
    const flags = [
      '--noEmit',
      '--strict',
      '--allowImportingTsExtensions',
      '--module',
      'nodenext',
      '--types',
      '',
      'use.ts',
    ];
    await promisify(execFile)(process.execPath, [tsc, ...flags], { cwd: folder });
    expect(await readFile(join(folder, 'src/events.ts'), 'utf8')).toContain('export type TreeTreeNode = {');

    await writeFile(join(folder, 'schemas/tree.json'), JSON.stringify({ type: 'string' }));
    const old = await finish(['types', folder, '--check']);
    expect(old).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('is not what the schemas say') });
  },
);
