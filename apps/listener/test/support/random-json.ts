/** Numbers in [0, 1) that a seed decides (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = (random: Random, from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';

const SPACES = ['', '', '', ' ', '\n', '\t \r\n', ' '.repeat(80)];
const SCALARS = ['null', 'true', 'false', '0', '-0', '1.10', '1e3', '-1.5E-7', '9007199254740993', '1'.repeat(40)];
/** JSON strings, with their quotes, that look like something else. */
const STRINGS = [
  '""',
  '"data"',
  String.raw`"\"data\":[1]"`,
  String.raw`"d\u0061ta"`,
  String.raw`"\\"`,
  String.raw`"\\\""`,
  '"}{][,:"',
  '"é 漢 😀"',
  String.raw`"\ud83d\ude00\n"`,
  String.raw`"\ud800"`,
];
const NAMES = [...STRINGS, '"a"', '"2"', '"1"', '"__proto__"', '"constructor"'];

/** One JSON value as text. */
export function randomJson(random: Random, depth = 0): string {
  const kind = random();
  if (depth < 4 && kind < 0.25) return listed(random, '[', () => randomJson(random, depth + 1), ']');
  if (depth < 4 && kind < 0.5) return listed(random, '{', () => field(random, depth), '}');
  return pick(random, kind < 0.75 ? STRINGS : SCALARS);
}

function field(random: Random, depth: number): string {
  return `${pick(random, NAMES)}${pick(random, SPACES)}:${pick(random, SPACES)}${randomJson(random, depth + 1)}`;
}

function listed(random: Random, open: string, part: () => string, close: string): string {
  const parts = Array.from({ length: Math.floor(random() * 4) }, () => spaced(random, part()));
  return open + (parts.length > 0 ? parts.join(',') : pick(random, SPACES)) + close;
}

const spaced = (random: Random, text: string) => pick(random, SPACES) + text + pick(random, SPACES);

/** A body whose last `data` is an array, and the texts of that array's items. */
export function randomBody(random: Random): { body: string; texts: string[] } {
  const texts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => randomJson(random));
  const others = () =>
    Array.from({ length: Math.floor(random() * 3) }, () => field(random, 0)).filter((text) => !isDataField(text));
  const data = (value: string) => `${pick(random, DATA)}${pick(random, SPACES)}:${spaced(random, value)}`;
  const earlier = random() < 0.3 ? [data(pick(random, ['[1]', '[]', '{"data":[2]}', '7', '"[3]"']))] : [];
  const array = `[${texts.map((text) => spaced(random, text)).join(',')}]`;
  const fields = [...others(), ...earlier, ...others(), data(array), ...others()];
  return { body: spaced(random, `{${fields.map((text) => spaced(random, text)).join(',')}}`), texts };
}

const DATA = ['"data"', '"data"', String.raw`"d\u0061ta"`, String.raw`"\u0064\u0061\u0074\u0061"`];

const isDataField = (text: string) => DATA.some((name) => text.startsWith(name));
