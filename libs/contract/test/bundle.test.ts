import { bundleSchema, compileSchema } from '@jobico/contract';
import { describe, expect, test } from 'vitest';

const FILES: Record<string, object> = {
  'address.json': {
    type: 'object',
    required: ['street'],
    properties: { street: { $ref: '#/$defs/street' }, country: { $ref: 'country.json' } },
    $defs: { street: { type: 'string', minLength: 3 } },
  },
  'country.json': { enum: ['DE', 'FR'] },
  'node.json': { type: 'object', properties: { next: { $ref: 'node.json' }, n: { type: 'number' } } },
  'old.json': { $schema: 'http://json-schema.org/draft-07/schema#', type: 'string' },
};

const load = (name: string) => Promise.resolve(FILES[name] && JSON.stringify(FILES[name]));
const bundle = (schema: object) => bundleSchema(JSON.stringify(schema), load);
const validator = async (schema: object) => compileSchema(await bundle(schema));

test('files that a schema refers to, and those that these refer to, count as if they stood there', async () => {
  const validate = await validator({
    properties: { to: { $ref: 'address.json' }, street: { $ref: './address.json#/$defs/street' } },
  });
  expect(validate({ to: { street: 'Main', country: 'DE' }, street: 'Side' })).toEqual([]);
  expect(validate({ to: { street: 'Main', country: 'XX' } })).toMatchObject([{ path: '/to/country' }]);
  expect(validate({ to: { street: 'M' } })).toMatchObject([{ path: '/to/street' }]);
  expect(validate({ to: {} })).toMatchObject([{ path: '/to/street', message: 'is missing' }]);
  expect(validate({ street: 'S' })).toMatchObject([{ path: '/street' }]);
});

test('a file may refer to itself, as long as it goes into the value', async () => {
  const validate = await validator({ $ref: 'node.json' });
  expect(validate({ n: 1, next: { n: 2, next: { n: 'x' } } })).toMatchObject([{ path: '/next/next/n' }]);
});

test('of draft-07 too', async () => {
  const validate = await validator({
    $schema: 'http://json-schema.org/draft-07/schema#',
    properties: { a: { $ref: 'old.json' } },
  });
  expect(validate({ a: 1 })).toMatchObject([{ path: '/a' }]);
});

test('what refers to nothing outside stays as it was written, and so do values that look like references', async () => {
  const text =
    '{ "const": {"$ref": "address.json"}, "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": true} }';
  expect(await bundleSchema(text, load)).toBe(text);
});

describe('refused', () => {
  test('a file that is not there, with how to store it', async () => {
    await expect(bundle({ $ref: 'nothing.json' })).rejects.toMatchObject({
      code: 'schema-invalid',
      hint: expect.stringContaining('jobico upload json') as string,
    });
  });

  test('a file of another draft', async () => {
    await expect(bundle({ $ref: 'old.json' })).rejects.toMatchObject({ code: 'schema-invalid' });
  });

  const large = JSON.stringify({ description: 'x'.repeat(256 << 10) });
  const deep = `{"items":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;

  test.each([
    ['larger than 256 KiB', large],
    ['nested too deep', deep],
  ])('one that is %s, and a file that is, before it is read', async (why, text) => {
    await expect(bundleSchema(text, load)).rejects.toMatchObject({
      code: 'schema-invalid',
      message: `the schema is ${why}`,
    });
    const of = (name: string) => Promise.resolve(name === 'big.json' ? text : undefined);
    await expect(bundleSchema('{"$ref":"big.json"}', of)).rejects.toMatchObject({
      code: 'schema-invalid',
      message: `big.json, which it refers to, is ${why}`,
    });
  });
});
