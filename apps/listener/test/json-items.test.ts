import { JobicoError, MAX_JSON_DEPTH } from '@jobico/contract';
import { describe, expect, test } from 'vitest';
import { readItems } from '../src/events/json-items.ts';
import { randomBody, seeded } from './support/random-json.ts';

const textsOf = (body: string) => readItems(body).map(({ text }) => text);

function refusal(body: string): JobicoError {
  try {
    readItems(body);
  } catch (error) {
    if (error instanceof JobicoError) return error;
    throw error;
  }
  throw new Error(`this was read: ${body.slice(0, 100)}`);
}

function readOrRefused(body: string): ReturnType<typeof readItems> | undefined {
  try {
    return readItems(body);
  } catch (error) {
    if (error instanceof JobicoError) return undefined;
    throw new Error(`this broke the reader: ${body}`, { cause: error });
  }
}

describe('an item', () => {
  test('keeps the digits of its numbers', () => {
    const items = ['9007199254740993', '1.10', '-0', '1E400', '0.1000000000000000055511151231257827'];
    expect(textsOf(`{"data":[${items.join(',')}]}`)).toEqual(items);
  });

  test('keeps the order of its fields, repeated ones too', () => {
    const item = '{"b":1,"2":2,"1":1,"b":3}';
    expect(textsOf(`{"data":[${item}]}`)).toEqual([item]);
  });

  test('keeps the whitespace inside it and none around it', () => {
    expect(textsOf('{ "data" :\n[ {  "a" : [ 1 ,\t2 ] } ,\r\n 7 ] }')).toEqual(['{  "a" : [ 1 ,\t2 ] }', '7']);
  });

  test('keeps its escapes as they were written', () => {
    const item = String.raw`"\u0041\/\ud83d\ude00\"\\"`;
    expect(textsOf(`{"data":[${item}]}`)).toEqual([item]);
    expect(readItems(`{"data":[${item}]}`)[0]?.value).toBe(String.raw`A/😀"` + '\\');
  });

  test('may hold brackets, braces, commas, quotes and backslashes in its strings', () => {
    const items = ['"]"', '"[{,"', '{"}":"]"}', String.raw`"\\"`, String.raw`"\\\"],"`, String.raw`["\"",{"\\":","}]`];
    expect(textsOf(`{"data":[${items.join(',')}]}`)).toEqual(items);
  });

  test('may be of any kind', () => {
    const items = ['null', 'false', '""', '[]', '{}', '[[],[[]]]', '0'];
    expect(textsOf(`{"data":[${items.join(',')}]}`)).toEqual(items);
  });
});

describe('the field data', () => {
  test('is found behind others, and before others', () => {
    expect(textsOf('{"a":[1,2],"b":{"c":"}"},"data":[3,4],"d":[5]}')).toEqual(['3', '4']);
  });

  test('is not one of the same name further in', () => {
    expect(textsOf('{"x":{"data":[1]},"y":[{"data":[2]}],"data":[{"data":[3]}],"z":{"data":[4]}}')).toEqual([
      '{"data":[3]}',
    ]);
  });

  test('is not a string that looks like it', () => {
    expect(textsOf(String.raw`{"x":"\"data\":[1]","y":"data","data":[2]}`)).toEqual(['2']);
  });

  test('is found when its name is written with escapes', () => {
    expect(textsOf(String.raw`{"d\u0061ta":[1,{"n":1.0}]}`)).toEqual(['1', '{"n":1.0}']);
    expect(textsOf(String.raw`{"\u0064\u0061\u0074\u0061":[2]}`)).toEqual(['2']);
  });

  test('is found whatever whitespace follows its name', () => {
    expect(textsOf(`{"data"${' '.repeat(1000)}:${'\n'.repeat(1000)}[1.0]}`)).toEqual(['1.0']);
  });

  test('is the last one where it stands twice, whatever way each is written', () => {
    const last = (body: string) => expect(readItems(body)).toEqual([{ value: 2, text: '2' }]);
    last('{"data":[1],"data":[2]}');
    last(String.raw`{"data":[1],"d\u0061ta":[2]}`);
    last(String.raw`{"d\u0061ta":[1],"data":[2]}`);
    last('{"data":[1,1,1],"data":[2]}');
    last(`{"data":[1],"data"${' '.repeat(100)}:[2]}`);
    last('{"data":{"a":[1]},"data":[2]}');
    expect(refusal('{"data":[1],"data":2}').message).toBe('/data is a number, not an array');
  });

  test.each([
    ['{}', '/data is missing'],
    ['{"Data":[1]}', '/data is missing'],
    ['{"data":[]}', '/data is empty'],
    ['{"data":null}', '/data is null, not an array'],
    ['{"data":"[1]"}', '/data is a string, not an array'],
    ['{"data":{"0":1,"length":1}}', '/data is an object, not an array'],
    ['{"__proto__":{"data":[1]}}', '/data is missing'],
  ])('%s is refused: %s', (body, message) => {
    const { code, message: said, faults, hint } = refusal(body);
    expect({ code, said }).toEqual({ code: 'bad-request', said: message });
    expect(faults).toMatchObject([{ path: '/data', allowed: expect.stringContaining('event') as string }]);
    expect(hint).toContain('{"data": [');
  });

  test.each(['[1]', 'null', '7', '"data"', 'true'])('a body that is %s has none', (body) => {
    const { code, message, faults } = refusal(body);
    expect(code).toBe('bad-request');
    expect(message).toContain('not an object');
    expect(faults).toMatchObject([{ path: '' }]);
  });
});

test.each([
  '',
  '{',
  '{"data":[1]',
  '{"data":[1,]}',
  "{'data':[1]}",
  '{"data":[1]} x',
  '{"data":[01]}',
  '\ufeff{"data":[1]}',
])('%j is not JSON', (body) => {
  expect(refusal(body).code).toBe('not-json');
});

test('10,000 items are read, one more is refused with their number', () => {
  const body = (count: number) => `{"data":[${Array.from({ length: count }, (_, index) => index).join(',')}]}`;
  const items = readItems(body(10_000));
  expect(items).toHaveLength(10_000);
  expect(items.at(-1)).toEqual({ value: 9999, text: '9999' });
  const { code, faults } = refusal(body(10_001));
  expect(code).toBe('bad-request');
  expect(faults).toEqual([{ path: '/data', message: 'has 10001 events', allowed: 'at most 10000' }]);
});

test('nesting is read to the limit and refused beyond, however deep, before anything walks it', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  // The object and the array around it are two levels.
  const deepest = nested(MAX_JSON_DEPTH - 2);
  expect(textsOf(`{"data":[${deepest}]}`)).toEqual([deepest]);
  expect(refusal(`{"data":[${nested(MAX_JSON_DEPTH - 1)}]}`).message).toContain(`${MAX_JSON_DEPTH} levels`);
  expect(refusal(`{"data":[${nested(1_000_000)}]}`).code).toBe('bad-request');
  expect(refusal('{"a":'.repeat(500_000)).code).toBe('bad-request');
});

test('for 20,000 seeded bodies, the items are those of JSON.parse and their texts those that were sent', () => {
  const random = seeded(20_261_121);
  for (let round = 0; round < 20_000; round += 1) {
    const { body, texts } = randomBody(random);
    const expected = (JSON.parse(body) as { data: unknown[] }).data;
    const items = readItems(body);
    // What a body says must be seen in the failure.
    expect({ body, texts: items.map(({ text }) => text) }).toEqual({ body, texts });
    expect(items.map(({ value }) => value)).toEqual(expected);
    expect(items.map(({ text }) => JSON.parse(text) as unknown)).toEqual(expected);
  }
});

test('for 5,000 seeded bodies with a character changed, an item is what its text says, or the body is refused', () => {
  const random = seeded(7);
  let read = 0;
  for (let round = 0; round < 5000; round += 1) {
    const { body } = randomBody(random);
    const at = Math.floor(random() * body.length);
    const changed = body.slice(0, at) + '"\\{}[],: 1'.charAt(Math.floor(random() * 10)) + body.slice(at + 1);
    const items = readOrRefused(changed);
    if (!items) continue;
    read += 1;
    expect({ changed, values: items.map(({ text }) => JSON.parse(text) as unknown) }).toEqual({
      changed,
      values: items.map(({ value }) => value),
    });
  }
  expect(read).toBeGreaterThan(500);
});
