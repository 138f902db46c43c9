import { describe, expect, test } from 'vitest';
import { readBody } from '../src/host/http/body.ts';
import { checkRequest } from '../src/host/http/check-request.ts';
import { meaningOf } from '../src/host/http/refusal.ts';
import { createShares } from '../src/host/http/shares.ts';
import { isGranted } from '../src/host/http/targets.ts';

const URL_OK = 'https://api.example.com/';

describe('a grant is of one scheme, host and port', () => {
  test.each([
    ['https://api.example.com', 'https://api.example.com/a?b'],
    ['https://api.example.com', 'https://API.EXAMPLE.COM:443/'],
    ['https://api.example.com:443', 'https://api.example.com/'],
    ['https://api.example.com:8443', 'https://api.example.com:8443/'],
    ['https://api.example.com', 'https://api.example.com\\@evil.example/'],
    ['https://api.example.com', 'https:api.example.com'],
    ['https://api.example.com', 'ht\ntps://api.exam\tple.com'],
    ['https://*.example.com', 'https://a.example.com/'],
    ['https://*.example.com', 'https://a.b.example.com/'],
    ['https://xn--bcher-kva.example', 'https://bücher.example/'],
    ['http://127.0.0.1:8080', 'http://2130706433:8080/'],
    ['http://127.0.0.1', 'http://0x7f.0.0.1/'],
    ['http://127.0.0.1', 'http://0177.1/'],
    ['http://[::1]', 'http://[0:0:0:0:0:0:0:1]/'],
    ['http://localhost', 'http://LOCALHOST/'],
  ])('%s is of %s', (grant, url) => expect(isGranted(new URL(url), [grant])).toBe(true));

  test.each([
    ['https://api.example.com', 'http://api.example.com/'],
    ['http://api.example.com', 'https://api.example.com/'],
    ['https://api.example.com', 'https://api.example.com:8443/'],
    ['https://api.example.com:8443', 'https://api.example.com/'],
    ['https://api.example.com', 'https://example.com/'],
    ['https://api.example.com', 'https://a.api.example.com/'],
    ['https://api.example.com', 'https://api.example.com./'],
    ['https://api.example.com', 'https://api.example.com.evil.example/'],
    ['https://api.example.com', 'https://evil.example/api.example.com'],
    ['https://*.example.com', 'https://example.com/'],
    ['https://*.example.com', 'https://evilexample.com/'],
    ['https://*.example.com', 'https://.example.com/'],
    ['https://*.example.com', 'https://a..example.com/'],
    ['https://*.example.com', 'https://example.com.evil.example/'],
    ['http://127.0.0.1', 'http://127.0.0.2/'],
    ['http://127.0.0.1', 'http://localhost/'],
    ['http://localhost', 'http://127.0.0.1/'],
    ['http://localhost', 'http://localhost./'],
    ['http://127.0.0.1', 'http://[::ffff:127.0.0.1]/'],
    ['http://127.0.0.1', 'http://[::ffff:7f00:1]/'],
    ['not a grant', 'https://api.example.com/'],
  ])('%s is not of %s', (grant, url) => expect(isGranted(new URL(url), [grant])).toBe(false));

  test('any of several will do, none is none', () => {
    const grants = ['https://a.example', 'https://api.example.com'];
    expect(isGranted(new URL(URL_OK), grants)).toBe(true);
    expect(isGranted(new URL(URL_OK), [])).toBe(false);
  });
});

describe('what is not sent', () => {
  const check = (changes: object) => () => checkRequest({ method: 'GET', url: URL_OK, headers: [], ...changes });

  test.each(['', 'GE T', 'GET\r\n', 'GET\0', 'GÉT', 'connect', 'TRACE', 'track'])('method %j', (method) =>
    expect(check({ method })).toThrow(/method/),
  );

  test.each(['', '/path', '//api.example.com/', 'api.example.com', 'https://', 'http://[::1', 'https://a b/'])(
    'URL %j, which is not absolute or none',
    (url) => expect(check({ url })).toThrow(/not absolute/),
  );

  test.each(['ftp://api.example.com/', 'file:///etc/passwd', 'data:,x', 'javascript:1', 'ws://api.example.com/'])(
    'URL %j, of another scheme',
    (url) => expect(check({ url })).toThrow(/neither https/),
  );

  test.each(['https://user@api.example.com/', 'https://:secret@api.example.com/'])('URL %j, with credentials', (url) =>
    expect(check({ url })).toThrow(/credentials/),
  );

  test.each(['', 'a b', 'a:', 'x\r\ny', 'x\0', 'ü', 'x'.repeat(257)])('a header named %j', (name) =>
    expect(check({ headers: [[name, '1']] })).toThrow(/no token/),
  );

  test.each(['a\r\nx-injected: 1', 'a\n', '\r', 'a\0b', '\x7f', 'Ā', '😀'])('a header with the value %j', (value) =>
    expect(check({ headers: [['x-test', value]] })).toThrow(/cannot carry/),
  );

  test.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'connection',
    'Keep-Alive',
    'proxy-authorization',
    'Proxy-Connection',
    'expect',
    'upgrade',
    'TE',
    'trailer',
  ])("header %s, which is the platform's", (name) => expect(check({ headers: [[name, '1']] })).toThrow(/platform's/));

  test('more headers than 64 KiB', () => {
    const headers = Array.from({ length: 65 }, (_, i) => [`x-${i}`, 'x'.repeat(1020)]);
    expect(check({ headers })).toThrow(/65536/);
  });

  test('a body over 4 MiB', () => {
    expect(check({ body: new Uint8Array((4 << 20) + 1) })).toThrow(/4194304/);
    expect(check({ body: new Uint8Array(4 << 20) })).not.toThrow();
  });

  test('all of it is told to the job as invalid', () => {
    expect(() => check({ method: '' })()).toThrow(
      expect.objectContaining({ error: { tag: 'invalid', val: expect.any(String) as string } }),
    );
  });

  test('what is in order passes as it is', () => {
    const headers: [string, string][] = [
      ['__proto__', 'a\tb'],
      ['x-latin', 'é'],
      ['x-empty', ''],
    ];
    expect(check({ method: 'PATCH', headers })()).toEqual({
      method: 'PATCH',
      url: new URL(URL_OK),
      headers,
      body: undefined,
    });
  });
});

test('of an error a job learns the kind, and nothing of the host', () => {
  const error = (code: string) => Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:4222'), { code });
  expect(meaningOf(error('ECONNREFUSED'))).toEqual({ tag: 'failed', val: 'the connection was refused' });
  expect(meaningOf(error('HPE_INVALID_CONSTANT'))).toEqual({ tag: 'failed', val: 'the answer is not HTTP' });
  expect(meaningOf(error('HPE_HEADER_OVERFLOW'))).toEqual({ tag: 'too-large' });
  expect(meaningOf(error('DEPTH_ZERO_SELF_SIGNED_CERT'))).toMatchObject({ tag: 'failed' });
  expect(meaningOf(error('EWHATEVER'))).toEqual({ tag: 'failed', val: 'the connection failed' });
  expect(() => meaningOf(new TypeError('a fault of ours'))).toThrow('a fault of ours');
});

describe("a tenant's share", () => {
  test('is so many calls; another tenant has its own', () => {
    const shares = createShares({ calls: 2, bytes: 10 });
    const first = shares.take('a');
    shares.take('a');
    expect(() => shares.take('a')).toThrow('too many requests at once');
    shares.take('b');
    first.release();
    shares.take('a');
  });

  test('is so many bytes of all its calls together', () => {
    const shares = createShares({ calls: 3, bytes: 10 });
    const [first, second] = [shares.take('a'), shares.take('a')];
    first.hold(6);
    expect(() => second.hold(5)).toThrow('too many large responses at once');
    first.release();
    second.hold(5);
    expect(() => first.hold(1)).toThrow('too many large responses at once');
    shares.take('b').hold(10);
  });
});

describe('a body', () => {
  // eslint-disable-next-line typescript/require-await
  async function* pieces(count: number, size: number): AsyncGenerator<Buffer> {
    for (let i = 0; i < count; i += 1) yield Buffer.alloc(size, i);
  }
  const share = () => createShares({ calls: 1, bytes: 1 << 20 }).take('a');

  test('comes whole, however small its pieces', async () => {
    const body = await readBody(pieces(50_000, 1), 50_000, share());
    expect(Buffer.from(body)).toEqual(Buffer.from(Array.from({ length: 50_000 }, (_, i) => i & 255)));
    expect(await readBody(pieces(0, 1), 10, share())).toHaveLength(0);
  });

  test('that is larger than the limit is cut', async () => {
    await expect(readBody(pieces(11, 1), 10, share())).rejects.toMatchObject({ error: { tag: 'too-large' } });
  });

  test("counts in its tenant's share", async () => {
    await expect(readBody(pieces(2, 1 << 20), 4 << 20, share())).rejects.toThrow('too many large responses');
  });
});
