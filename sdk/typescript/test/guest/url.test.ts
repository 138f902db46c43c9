import { describe, expect, test } from 'vitest';
import { GuestURLSearchParams } from '../../src/guest/url-search-params.ts';
import { GuestURL } from '../../src/guest/url.ts';

const properties = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

const partsOf = (url: GuestURL | URL) => Object.fromEntries(properties.map((name) => [name, url[name]]));

describe('reads as Node.js does', () => {
  test.each([
    'https://example.com',
    'HTTP://EXAMPLE.com:80/Path?Query#Hash',
    'https://user:p%40ss@example.com:8443/a/b/../c/./d?x=1&y=é#f g',
    'https://user@example.com/',
    'https://:pw@example.com/',
    '  https://example.com/ \n',
    'https://exa\tmple.com/a\nb',
    'https:\\\\example.com\\a\\b?c\\d',
    'https:example.com/a',
    'https:////example.com/a',
    'https://example.com/%7Efoo/%2e%2e/bar',
    'https://example.com/a b"<>`{}^|é\u{1f600}',
    "https://example.com/?a='b'\"<>",
    'https://example.com/#"<>`',
    'https://example.com?',
    'https://example.com#',
    'https://example.com/a/..',
    'https://example.com/a/.',
    'https://example.com/../..',
    'https://example.com//a//b',
    'https://xn--bcher-kva.example/',
    'https://192.168.1.1:8080/',
    'https://example.com:00443/',
    'https://example.com:/',
    'https://example.com./',
    'https://%65xample.com/',
    'wss://example.com/socket',
    'mailto:a@example.com?subject=x y',
    'urn:isbn:0451450523',
    'data:text/plain,hello world',
    'postgres://user:pw@db.example.com:5432/orders?ssl=1',
  ])('%j', (text) => {
    expect(partsOf(new GuestURL(text))).toEqual(partsOf(new URL(text)));
  });

  test.each([
    ['b', 'https://example.com/a/c'],
    ['../b', 'https://example.com/a/c/d'],
    ['/b?x', 'https://example.com/a?y#z'],
    ['//other.example/b', 'https://example.com/a'],
    ['?x', 'https://example.com/a?y#z'],
    ['#x', 'https://example.com/a?y#z'],
    ['', 'https://example.com/a?y#z'],
    ['https:b', 'https://example.com/a/c'],
    ['http:b', 'https://example.com/a/c'],
    ['b', 'https://example.com'],
    ['../../..', 'https://example.com/a/'],
  ])('%j relative to %j', (text, base) => {
    expect(partsOf(new GuestURL(text, base))).toEqual(partsOf(new URL(text, base)));
  });

  test.each([
    '',
    'a',
    '/a',
    'https://',
    'https:///',
    'https://a b/',
    'https://exa%zzmple.com',
    'https://a:99999/',
    'https://a:b/',
    'https://a<b/',
  ])('%j is refused', (text) => {
    expect(URL.canParse(text)).toBe(false);
    expect(() => new GuestURL(text)).toThrow(TypeError);
    expect(GuestURL.canParse(text)).toBe(false);
    expect(GuestURL.parse(text)).toBeNull();
  });
});

test.each([
  'file:///etc/passwd',
  'https://[::1]/',
  'https://bücher.example/',
  'https://127.1/',
  'https://0x7f000001/',
  'https://010.0.0.1/',
])('%j is refused, not misread', (text) => {
  expect(() => new GuestURL(text)).toThrow(/^Invalid URL: /);
});

test('a relative reference needs a base that has a path', () => {
  expect(() => new GuestURL('b', 'mailto:a@example.com')).toThrow(TypeError);
});

test('parts that are set are encoded, and the query and its parameters follow each other', () => {
  for (const url of [new GuestURL('https://example.com/a?x=1'), new URL('https://example.com/a?x=1')]) {
    url.searchParams.append('y', 'é &');
    expect(url.href).toBe('https://example.com/a?x=1&y=%C3%A9+%26');
    url.search = 'z=2';
    expect(url.searchParams.get('z')).toBe('2');
    url.pathname = 'b c';
    url.hash = 'd e';
    expect(String(url)).toBe('https://example.com/b%20c?z=2#d%20e');
    url.searchParams.delete('z');
    expect(JSON.stringify(url)).toBe('"https://example.com/b%20c#d%20e"');
    url.href = 'https://other.example/?q=1';
    expect([...url.searchParams]).toEqual([['q', '1']]);
  }
});

describe('search parameters as in Node.js', () => {
  test.each(['', '?a=1&b=2', 'a=1&a=2&&c', 'a+b=%20%2B&%zz=%', '%F0%9F%98%80=%ff%41', "x=!'()*~-._", 'a=b=c'])(
    '%j',
    (text) => {
      const [ours, theirs] = [new GuestURLSearchParams(text), new URLSearchParams(text)];
      expect([...ours]).toEqual([...theirs]);
      expect(String(ours)).toBe(String(theirs));
      expect(ours.size).toBe(theirs.size);
    },
  );

  test('from pairs, records and others', () => {
    for (const init of [[['a', '1'] as [string, string]], { a: '1' }, new GuestURLSearchParams('a=1')]) {
      expect(String(new GuestURLSearchParams(init))).toBe('a=1');
    }
  });

  test('every change', () => {
    for (const params of [new GuestURLSearchParams('b=1&a=2&b=3'), new URLSearchParams('b=1&a=2&b=3')]) {
      params.set('b', '4');
      params.set('c', '5');
      params.append('a', '6');
      params.delete('a', '2');
      params.sort();
      expect(String(params)).toBe('a=6&b=4&c=5');
      expect([params.get('b'), params.get('x'), params.has('a'), params.has('a', '7')]).toEqual([
        '4',
        null,
        true,
        false,
      ]);
      expect([params.getAll('a'), [...params.keys()], [...params.values()]]).toEqual([
        ['6'],
        ['a', 'b', 'c'],
        ['6', '4', '5'],
      ]);
      const seen: string[] = [];
      params.forEach((value, name) => seen.push(name + value));
      expect(seen).toEqual(['a6', 'b4', 'c5']);
    }
  });
});
