import { compileSchema } from '@jobico/contract';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });

/** What holds the event loop for so long holds up everybody. */
const LONGEST_MS = 3000;

function timed<T>(work: () => T): { result: T; ms: number } {
  // What else runs on the machine does not count.
  const before = process.threadCpuUsage();
  const result = work();
  const { user, system } = process.threadCpuUsage(before);
  return { result, ms: (user + system) / 1000 };
}

const nested = (levels: number, name = 'a', innermost: unknown = 1): unknown =>
  levels === 0 ? innermost : { [name]: nested(levels - 1, name, innermost) };

const lists = (count: number, around: (inside: unknown) => unknown, innermost: unknown): unknown =>
  count === 0 ? innermost : around(lists(count - 1, around, innermost));

const goesOn = { type: 'object', properties: { a: { $ref: '#' } } };
/** `if`, `then` and `else`, all of one form. */
const conditional = (form: object): object => Object.fromEntries(['if', 'then', 'else'].map((name) => [name, form]));
const levels = (count: number, each: (next: object) => object) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, each({ $ref: `#/$defs/l${n + 1}` })]));

describe('a schema whose forms all go on into the next level takes no longer for that', () => {
  test.each([
    ['anyOf', { anyOf: [goesOn, goesOn] }, nested(100)],
    ['oneOf', { oneOf: [goesOn, goesOn, goesOn] }, nested(100)],
    ['allOf', { allOf: [{ properties: { a: { $ref: '#' } } }, { properties: { a: { $ref: '#' } } }] }, nested(100)],
    ['not', { not: goesOn, properties: { a: { $ref: '#' } } }, nested(100)],
    ['if and then', conditional(goesOn), nested(100)],
    [
      'a property and its pattern',
      { properties: { a: { $ref: '#' } }, patternProperties: { '^a': { $ref: '#' } } },
      nested(100),
    ],
    [
      'items and contains',
      { items: { $ref: '#' }, contains: { $ref: '#' } },
      JSON.parse(`${'['.repeat(100)}1${']'.repeat(100)}`),
    ],
    [
      '$dynamicRef',
      {
        $dynamicAnchor: 'n',
        anyOf: [
          { type: 'object', properties: { a: { $dynamicRef: '#n' } } },
          { type: 'object', properties: { a: { $dynamicRef: '#n' } } },
        ],
      },
      nested(100),
    ],
    [
      'levels that are written out, each twice in the one before',
      {
        $ref: '#/$defs/l0',
        $defs: { ...levels(40, (next) => ({ properties: { a: { allOf: [next, next] } } })), l40: {} },
      },
      nested(60),
    ],
    [
      'a long text at the end',
      { anyOf: [goesOn, goesOn], maxLength: 5, pattern: '(a|b)*c' },
      nested(18, 'a', 'a'.repeat(900_000)),
    ],
    [
      'a large value that is compared',
      { anyOf: [goesOn, goesOn], not: { const: Array.from({ length: 50_000 }, () => 0) } },
      nested(
        18,
        'a',
        Array.from({ length: 50_000 }, () => 0),
      ),
    ],
    [
      'items that have to differ',
      { anyOf: [goesOn, goesOn], uniqueItems: true },
      nested(
        18,
        'a',
        Array.from({ length: 100_000 }, (_, n) => n),
      ),
    ],
    [
      'many forms and many items',
      { items: { allOf: Array.from({ length: 300 }, (_, n) => ({ not: { const: n + 2 } })) } },
      Array.from({ length: 300_000 }, () => 1),
    ],
    ['a pattern that is in a thousand places at once', { pattern: '[ab]{1000}[cd]' }, 'ab'.repeat(32_768)],
    [
      'many small patterns and many short texts',
      { items: { allOf: Array.from({ length: 290 }, (_, n) => ({ pattern: `(a|b)|x${n}` })) } },
      Array.from({ length: 4000 }, () => 'a'),
    ],
    [
      'many objects that it may be, one by one',
      { anyOf: Array.from({ length: 290 }, (_, n) => ({ const: { n } })) },
      { numbers: Array.from({ length: 200_000 }, (_, n) => n) },
    ],
    [
      'lists of lists in which nothing may be twice',
      lists(60, (items) => ({ items, uniqueItems: true }), {}),
      lists(
        60,
        (inside) => [inside],
        Array.from({ length: 100_000 }, (_, n) => n),
      ),
    ],
  ])('%s', (_what, schema, value) => {
    const validate = compileSchema(JSON.stringify(schema));
    const { result, ms } = timed(() => validate(value));
    expect(ms).toBeLessThan(LONGEST_MS);
    expect(result.map(({ message }) => message)).toEqual([expect.stringContaining('too many steps')]);
  });
});

describe('what is usual is taken, much of it too', () => {
  const many = (count: number, text: string) => Array.from({ length: count }, () => text);
  test.each([
    [
      'addresses',
      String.raw`^[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,255}\.[a-z]{2,24}$`,
      many(1000, 'somebody@mail.example.org'),
    ],
    [
      'UUIDs',
      '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
      many(26_000, '0190a6f2-9b1c-7c3e-8d4f-0123456789ab'),
    ],
    ['names', '^[A-Za-z0-9 _.-]{1,255}$', many(8000, 'a name of some forty characters, no more'.replace(',', '.'))],
    ['texts', '^.{0,1000}$', many(500, 'x'.repeat(900))],
    ['numbers of versions', String.raw`^v?\d+$`, many(100_000, 'v17')],
    ['two parts', '^[^@]{1,64}@[^@]{1,253}$', many(1000, 'somebody@mail.example.org')],
  ])('%s', (_what, pattern, values) => {
    const fields = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f${n}`, { pattern }]));
    const validate = compileSchema(JSON.stringify({ items: { pattern }, properties: fields }));
    const { result, ms } = timed(() => validate(values));
    expect(result).toEqual([]);
    expect(ms).toBeLessThan(LONGEST_MS);
    expect(validate([...values.slice(1), '\n'])).toMatchObject([{ path: `/${values.length - 1}` }]);
  });
});

test.each(['^a{0,99}a{0,99}a{0,99}a*x$', '^a{0,99}a{0,99}a{0,99}x$', '^a{0,140}a{0,140}x$', '^a?a?a?a?a?a*x$'])(
  'the pattern %s takes no longer the more ways there are',
  (pattern) => {
    const validate = compileSchema(JSON.stringify({ items: { pattern } }));
    const long = timed(() => validate(['a'.repeat(100_000)]));
    expect(long.result).toHaveLength(1);
    expect(long.ms).toBeLessThan(LONGEST_MS);
    const many = timed(() => validate(Array.from({ length: 2000 }, () => 'a'.repeat(300))));
    expect(many.result).toHaveLength(1);
    expect(many.ms).toBeLessThan(LONGEST_MS);
  },
);

test('of a long list of what is allowed no more is told than can be read', () => {
  const validate = compileSchema(JSON.stringify({ enum: Array.from({ length: 20_000 }, (_, n) => `sku-${n}`) }));
  const [fault] = validate('sku-x');
  expect(fault).toMatchObject({ message: 'is not one of the allowed values', value: '"sku-x"' });
  expect(fault?.allowed).toMatch(/^sku-0, sku-1, .*…$/);
  expect(fault?.allowed?.length).toBe(1001);
});

const EXPRESSION = {
  $ref: '#/$defs/expression',
  $defs: {
    expression: {
      oneOf: [
        { type: 'number' },
        ...['add', 'multiply', 'compare'].map((op) => ({
          type: 'object',
          properties: {
            op: { const: op },
            left: { $ref: '#/$defs/expression' },
            right: { $ref: '#/$defs/expression' },
          },
          required: ['op', 'left', 'right'],
        })),
        {
          type: 'object',
          properties: { op: { const: 'negate' }, of: { $ref: '#/$defs/expression' } },
          required: ['op', 'of'],
        },
      ],
    },
  },
};

test('a union that comes back to itself is taken, however deep and large, where something tells its forms apart', () => {
  const validate = compileSchema(JSON.stringify(EXPRESSION));
  let deep: unknown = 1;
  for (let n = 0; n < 60; n += 1) deep = n % 2 ? { op: 'negate', of: deep } : { op: 'add', left: deep, right: n };
  expect(validate(deep)).toEqual([]);
  const wide = (depth: number): unknown =>
    depth === 0 ? 7 : { op: 'compare', left: wide(depth - 1), right: wide(depth - 1) };
  const { result, ms } = timed(() => validate(wide(14)));
  expect(result).toEqual([]);
  expect(ms).toBeLessThan(LONGEST_MS);
  expect(validate({ op: 'add', left: 1, right: { op: 'power' } })).not.toEqual([]);
});

test.each([
  ['numbers', Array.from({ length: 30_000 }, (_, n) => n), Array.from({ length: 200_000 }, () => 29_999)],
  [
    'objects',
    Array.from({ length: 8000 }, (_, a) => ({ a, b: [a] })),
    Array.from({ length: 50_000 }, () => ({ b: [7999], a: 7999 })),
  ],
])('many values that are allowed are looked up: %s', (_what, allowed, values) => {
  const validate = compileSchema(JSON.stringify({ items: { enum: allowed } }));
  const { result, ms } = timed(() => validate(values));
  expect(result).toEqual([]);
  expect(ms).toBeLessThan(LONGEST_MS);
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`field${n}`, n]));
  const other = timed(() => validate([wide]));
  expect(other.result).toMatchObject([{ path: '/0' }]);
  expect(other.ms).toBeLessThan(LONGEST_MS);
});

test('a large schema without forms takes many large values', () => {
  const properties = Object.fromEntries(
    Array.from({ length: 600 }, (_, n) => [`field${n}`, { type: 'string', maxLength: 10 }]),
  );
  const validate = compileSchema(JSON.stringify({ type: 'array', items: { type: 'object', properties } }));
  const items = Array.from({ length: 20_000 }, (_, n) => ({ [`field${n % 600}`]: 'x', other: n }));
  expect(validate(items)).toEqual([]);
  expect(validate([...items, { field7: 1 }])).toMatchObject([{ path: '/20000/field7' }]);
});

test('a reference to what is no schema is refused where steps are counted', () => {
  const schema = { anyOf: [{ $ref: '#/x-own' }, { properties: { a: { $ref: '#' } } }], 'x-own': goesOn };
  expect(() => compileSchema(JSON.stringify(schema))).toThrow(/#\/x-own, which is not where a schema stands/);
});

/** The same numbers every time. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomSchema(random: (below: number) => number, depth: number): unknown {
  const inner = () =>
    random(3) === 0
      ? { $ref: random(2) ? '#' : '#/$defs/d' }
      : depth > 0
        ? randomSchema(random, depth - 1)
        : { type: 'object' };
  const into = () => ({ [['a', 'b'][random(2)] ?? 'a']: inner() });
  const some = () =>
    Array.from({ length: 1 + random(3) }, () => (depth > 0 ? randomSchema(random, depth - 1) : { properties: into() }));
  const parts: (() => object)[] = [
    () => ({ properties: { a: inner(), b: inner() } }),
    () => ({ patternProperties: { '^a': inner() } }),
    () => ({ additionalProperties: inner() }),
    () => ({ items: inner() }),
    () => ({ contains: inner() }),
    () => ({ anyOf: some() }),
    () => ({ oneOf: some() }),
    () => ({ allOf: some() }),
    () => ({ not: { properties: into(), required: ['z'] } }),
    () => conditional({ properties: into() }),
    () => ({ required: [['a', 'b', 'z'][random(3)]] }),
    () => ({ type: ['object', 'array', 'number'][random(3)] }),
    () => ({ dependentSchemas: { a: { properties: into() } } }),
    () => ({ unevaluatedProperties: random(2) ? false : inner() }),
    () => ({ uniqueItems: true }),
    () => ({ const: 1 }),
  ];
  return Object.assign({}, ...Array.from({ length: 1 + random(3) }, () => parts[random(parts.length)]?.()));
}

function randomValue(random: (below: number) => number, depth: number): unknown {
  if (depth === 0) return random(3);
  const next = () => randomValue(random, depth - 1);
  return [() => ({ a: next() }), () => ({ a: next(), b: 1 }), () => [next()], () => ({ b: next(), z: 0 })][
    random(4)
  ]?.();
}

/** ajv's code throws for some uses of `unevaluatedProperties`: such a value is not valid. */
function verdict(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

test(
  'whatever refers to whatever: no value takes long, and what is said of it is what it was without counting',
  { timeout: 240_000 },
  () => {
    let compared = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = randomOf(seed);
      const schema = { ...(randomSchema(random, 2) as object), $defs: { d: randomSchema(random, 1) } };
      const text = JSON.stringify(schema);
      let validate: ReturnType<typeof compileSchema>;
      try {
        validate = compileSchema(text);
      } catch {
        continue;
      }
      const long = timed(() => validate(randomValue(random, 80)));
      expect([text, long.ms < LONGEST_MS]).toEqual([text, true]);
      const value = randomValue(random, 5);
      const faults = validate(value);
      if (faults.some(({ message }) => message.includes('too many steps'))) continue;
      const plain = new Ajv2020({ strict: false, allErrors: false }).compile(schema);
      expect([text, JSON.stringify(value), faults.length === 0]).toEqual([
        text,
        JSON.stringify(value),
        verdict(() => plain(value)),
      ]);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(50);
  },
);
