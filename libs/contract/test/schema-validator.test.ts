import { compileSchema } from '@jobico/contract';
import { describe, expect, test } from 'vitest';

describe('compiling', () => {
  test.each([
    ['text that is not JSON', '{', /not JSON/],
    ['an array', '[]', /is a JSON object/],
    ['an unknown type', '{"type":"strng"}', /does not compile/],
    ['a reference to nothing', '{"$ref":"#/$defs/missing"}', /does not compile/],
    ['a pattern that is none', '{"type":"string","pattern":"("}', /does not compile/],
    ['a huge schema', JSON.stringify({ description: 'x'.repeat(300_000) }), /larger/],
  ])('%s is refused', (_what, text, message) => {
    expect(() => compileSchema(text)).toThrow(message);
  });

  test('draft 2020-12 and draft-07 are told apart by $schema', () => {
    const tuple = { type: 'array', prefixItems: [{ type: 'string' }], items: false };
    expect(compileSchema(JSON.stringify(tuple))(['a', 1])).not.toEqual([]);
    const old = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'array',
      items: [{ type: 'string' }],
      additionalItems: false,
    };
    expect(compileSchema(JSON.stringify(old))(['a', 1])).not.toEqual([]);
    expect(compileSchema(JSON.stringify(old))(['a'])).toEqual([]);
  });
});

test('a schema that was checked before compiles to the same', () => {
  const text = JSON.stringify({ type: 'object', required: ['id'], properties: { id: { type: 'string' } } });
  const validate = compileSchema(text, { isChecked: true });
  for (const value of [{ id: 'a' }, {}, { id: 1 }, []]) expect(validate(value)).toEqual(compileSchema(text)(value));
});

test('a refused value is named with its place, and formats count', () => {
  const validate = compileSchema(
    '{"type":"object","properties":{"at":{"type":"string","format":"date-time"}},"required":["at"]}',
  );
  expect(validate({ at: '2026-01-01T00:00:00Z' })).toEqual([]);
  expect(validate({ at: 'yesterday' })).toEqual([expect.objectContaining({ path: '/at', value: '"yesterday"' })]);
  expect(validate({})).toEqual([{ path: '/at', message: 'is missing' }]);
});
