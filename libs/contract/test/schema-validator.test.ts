import { compileSchema } from '@jobico/contract';
import { describe, expect, test, vi } from 'vitest';

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

describe('a schema that could keep a process busy', () => {
  const doubling = (levels: number) =>
    Object.fromEntries(
      Array.from({ length: levels }, (_, n) => [
        `a${n}`,
        { allOf: [{ $ref: `#/$defs/a${n + 1}` }, { $ref: `#/$defs/a${n + 1}` }] },
      ]),
    );

  test.each([
    ['that is itself', { $ref: '#' }],
    ['that is all of itself', { allOf: [{ type: 'object' }, { $ref: '#' }] }],
    [
      'of two that are each other',
      { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { anyOf: [{ $ref: '#/$defs/a' }] } } },
    ],
    ['that is itself by its anchor', { $anchor: 'me', not: { $ref: '#me' } }],
    ['that doubles thirty times', { $ref: '#/$defs/a0', $defs: { ...doubling(30), a30: { type: 'string' } } }],
    ['with a back-reference', { pattern: '(a+)\\1' }],
    ['with a look-ahead', { pattern: '^(?=.*[a-z])(?=.*[0-9]).+$' }],
    ['with a pattern that is repeated a million times', { pattern: '^(a{1,1000}){1,1000}$|(b{1000000})' }],
    ['of a thousand levels', JSON.parse(`${'{"not":'.repeat(1000)}{}${'}'.repeat(1000)}`) as object],
  ])('%s is refused', (_what, schema) => {
    expect(() => compileSchema(JSON.stringify(schema))).toThrow(expect.objectContaining({ code: 'schema-invalid' }));
  });

  const named = (count: number, schema: object) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, schema]));

  test.each([
    ['too many properties', { properties: named(1001, {}) }, /1001 properties or forms side by side; at most 1000/],
    [
      'too many of them, one in another',
      { properties: { ...named(600, {}), a: { prefixItems: Object.values(named(600, {})) } } },
      /1201 properties or forms side by side/,
    ],
    ['too many forms', { $defs: { a: { oneOf: Object.values(named(2000, {})) } } }, /2000 properties or forms/],
    ['too many names', { dependentRequired: named(1001, []) }, /1001 properties or forms/],
    ['too many schemas', { $defs: named(5000, {}) }, /consists of 5001 schemas; at most 5000/],
    [
      'too many patterns',
      {
        properties: named(800, { pattern: 'a' }),
        $defs: { a: { patternProperties: named(101, {}) }, b: { anyOf: Object.values(named(100, { const: [] })) } },
      },
      /1001 patterns and long lists of values; at most 1000/,
    ],
    [
      'patterns with too much in them',
      { anyOf: Array.from({ length: 9 }, (_, n) => ({ pattern: `(?:[ab]|ac){0,500}${n}` })) },
      /its patterns take more than 20000 instructions/,
    ],
    ['a pattern with too much in it', { pattern: '(?:[ab]|ac){0,1000}'.repeat(5) }, /more than 20000 instructions/],
  ])('of %s is refused, and the console left alone', (_what, schema, message) => {
    const written = vi.spyOn(console, 'error').mockReturnValue();
    expect(() => compileSchema(JSON.stringify(schema))).toThrow(message);
    expect(written).not.toHaveBeenCalled();
    written.mockRestore();
  });

  test('as many as it may have are compiled, and hold', () => {
    const wide = compileSchema(JSON.stringify({ properties: named(1000, { type: 'string' }) }));
    expect(wide({ p0: 'a', p999: 'b' })).toEqual([]);
    expect(wide({ p999: 1 })).toMatchObject([{ path: '/p999' }]);
  });

  test('what is referred to often is written out once', () => {
    const $defs = { wide: { type: 'object', properties: named(900, { type: 'string' }) } };
    const validate = compileSchema(JSON.stringify({ $defs, properties: named(900, { $ref: '#/$defs/wide' }) }));
    expect(validate({ p7: { p8: 'a' } })).toEqual([]);
    expect(validate({ p7: { p8: 1 } })).toMatchObject([{ path: '/p7/p8' }]);
  });

  test('one that goes into the value at each step is taken: lists, trees', () => {
    const tree = compileSchema(
      '{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}},"next":{"$ref":"#"}},"required":["n"]}',
    );
    expect(tree({ n: 1, children: [{ n: 2 }], next: { n: 3, children: [] } })).toEqual([]);
    expect(tree({ n: 1, children: [{ n: 2 }, {}] })).toMatchObject([{ path: '/children/1/n' }]);
  });

  test.each([
    ['^(a+)+$', `${'a'.repeat(50_000)}!`],
    ['^([a-z0-9]+)*@example.com$', 'a'.repeat(50_000)],
    ['(x+x+)+y', 'x'.repeat(50_000)],
    ['a.*a.*a.*b', 'a'.repeat(20_000)],
    ['^\\s*(\\w+\\s*)*$', `${'word '.repeat(5000)}!`],
    ['(a|aa)+$', `${'a'.repeat(50_000)}b`],
  ])('the pattern %s takes no longer than the text is', (pattern, text) => {
    const validate = compileSchema(JSON.stringify({ type: 'string', pattern }));
    const startedAt = performance.now();
    expect(validate(text)).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test('two hundred thousand items that have to differ take no longer than they are many', () => {
    const validate = compileSchema('{"type":"array","uniqueItems":true}');
    const items = Array.from({ length: 100_000 }, (_, n) => ({ n }));
    expect(validate(items)).toEqual([]);
    expect(validate([...items, { n: 5 }])).toHaveLength(1);
    expect(
      validate([
        { a: 1, b: [1] },
        { b: [1], a: 1 },
      ]),
    ).toHaveLength(1);
    expect(validate([1, '1', true, 'true', null, [], {}])).toEqual([]);
  });
});

test.each([
  ['in any order', { a: 1, b: [null, 'x'] }, { b: [null, 'x'], a: 1 }, { b: ['x', null], a: 1 }],
  ['with fields that objects have', { toString: 'a', valueOf: 1 }, { valueOf: 1, toString: 'a' }, { toString: 'a' }],
  ['of many', Array.from({ length: 100 }, (_, n) => n), Array.from({ length: 100 }, (_, n) => n), [0]],
])('values are compared as JSON: %s', (_what, allowed, same, other) => {
  for (const schema of [{ const: allowed }, { enum: [allowed, 'else'] }]) {
    const validate = compileSchema(JSON.stringify(schema));
    expect(validate(same)).toEqual([]);
    expect(validate(other)).toHaveLength(1);
  }
});

test('a pattern means what it means in JavaScript', () => {
  const samples = [
    '',
    'a',
    'A',
    'abc',
    'ab-1',
    'é漢😀',
    'a\nb',
    '2026-11-21',
    'x@y.z',
    ' pad ',
    '10.50',
    'aaa',
    '\u2028',
    '-',
    '_',
  ];
  const patterns = [
    '^[a-z]+$',
    '^\\d{4}-\\d{2}-\\d{2}$',
    '^(a|b)+c?$',
    '[A-Z]',
    '^\\S+@\\S+\\.\\S+$',
    '^.{2,4}$',
    '\\w+',
    '^$',
    'b$',
    '\\p{L}',
    '^(\\d+)(\\.\\d+)?$',
    '^[^\\s]*$',
    '^\\/|a',
    '^.*b.*$',
    '(ab|a)(c|bcd)?$',
    '\\bpad\\b',
  ];
  for (const pattern of patterns) {
    const validate = compileSchema(JSON.stringify({ type: 'string', pattern }));
    const taken = samples.filter((sample) => validate(sample).length === 0);
    expect({ pattern, taken }).toEqual({
      pattern,
      taken: samples.filter((sample) => new RegExp(pattern, 'u').test(sample)),
    });
  }
});
