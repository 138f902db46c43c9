import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { jobWith, responseOf, serve, serveBytes } from './http-stage.ts';

const denied = (why: RegExp) => ({ ok: false, error: { tag: 'denied', val: expect.stringMatching(why) as string } });
const failed = (why: RegExp) => ({ ok: false, error: { tag: 'failed', val: expect.stringMatching(why) as string } });
const TIMEOUT = { ok: false, error: { tag: 'timeout' } };
const TOO_LARGE = { ok: false, error: { tag: 'too-large' } };

describe('a request', () => {
  test('reaches the granted origin as it was given, and the response comes back as it was sent', async () => {
    await using server = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(418, ['X-Two', '1', 'x-two', '2', 'Content-Type', 'text/plain']);
        response.end(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
      });
    });
    const send = jobWith([`http://127.0.0.1:${server.port}`]);
    const answer = await send({
      method: 'PUT',
      url: `http://127.0.0.1:${server.port}/a/../b%20c?d=é#fragment`,
      headers: [
        ['X-Mine', 'é'],
        ['x-twice', '1'],
        ['x-twice', '2'],
        ['__proto__', 'x'],
      ],
      body: Buffer.from('hello'),
    });
    const { status, headers, text } = responseOf(answer);
    expect(status).toBe(418);
    expect(text).toBe('PUT /b%20c?d=%C3%A9 hello');
    expect(headers.slice(0, 3)).toEqual([
      ['X-Two', '1'],
      ['x-two', '2'],
      ['Content-Type', 'text/plain'],
    ]);
    const rawHeaders = server.seen[0]?.rawHeaders ?? [];
    const asSent = `host=127.0.0.1:${server.port} X-Mine=é x-twice=1 x-twice=2 __proto__=x accept-encoding=identity`;
    const pairs = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}=${rawHeaders[i + 1]}`] : []));
    expect(pairs.join(' ')).toBe(`${asSent} content-length=5 Connection=close`);
  });

  test('with a body is one request to the server, whatever its method', async () => {
    const got: string[] = [];
    await using server = await serve((request, response) => {
      request.setEncoding('latin1').on('data', (text: string) => got.push(`${request.method} ${request.url} ${text}`));
      request.on('end', () => response.end());
    });
    const url = `http://127.0.0.1:${server.port}/`;
    const text = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    const methods = ['GET', 'DELETE', 'OPTIONS', 'HEAD', 'POST', 'QUERY'];
    for (const method of methods) await jobWith([url.slice(0, -1)])({ method, url, body: Buffer.from(text) });
    expect(got).toEqual(methods.map((method) => `${method} / ${text}`));
    expect(server.seen).toHaveLength(methods.length);
  });

  test('in a compressed form is handed on compressed', async () => {
    const zipped = gzipSync('hello');
    await using server = await serve((request, response) => {
      response.setHeader('content-encoding', String(request.headers['accept-encoding']));
      response.end(zipped);
    });
    const origin = `http://127.0.0.1:${server.port}`;
    const answer = await jobWith([origin])({ url: origin, headers: [['Accept-Encoding', 'gzip']] });
    expect(answer).toMatchObject({ ok: true, value: { status: 200 } });
    expect(answer.ok && (answer.value as { body: Uint8Array }).body).toEqual(zipped);
    expect(responseOf(answer).headers).toContainEqual(['content-encoding', 'gzip']);
  });

  test('has a connection of its own, which is closed with it', async () => {
    await using server = await serve((_request, response) => response.end());
    const send = jobWith([`http://127.0.0.1:${server.port}`]);
    for (let count = 1; count < 4; count += 1) {
      await send({ url: `http://127.0.0.1:${server.port}` });
      expect(server.accepted()).toBe(count);
      await expect.poll(() => server.connections()).toBe(0);
    }
  });

  test.each([301, 302, 303, 307, 308])('that is answered with a redirect, %i, goes nowhere else', async (status) => {
    await using secret = await serve((_request, response) => response.end('secret'));
    const location = `http://127.0.0.1:${secret.port}/latest/meta-data/`;
    await using server = await serve((_request, response) => response.writeHead(status, { location }).end('moved'));
    const origin = `http://127.0.0.1:${server.port}`;
    const answer = responseOf(await jobWith([origin, `http://127.0.0.1:${secret.port}`])({ url: origin }));
    expect(answer).toMatchObject({ status, text: 'moved' });
    expect(answer.headers).toContainEqual(['location', location]);
    expect(secret.seen).toEqual([]);
  });
});

describe('what is not granted is not connected to', () => {
  test.each([
    { grants: undefined },
    { grants: [] },
    { grants: ['https://127.0.0.1', 'http://127.0.0.1', 'http://localhost', 'http://*.0.0.1', 'http://*'] },
  ])('with $grants', async ({ grants }) => {
    await using server = await serve((_request, response) => response.end());
    const resolve = vi.fn<() => Promise<string[]>>();
    const send = jobWith(grants, { resolve });
    expect(await send({ url: `http://127.0.0.1:${server.port}/secret` })).toEqual(
      denied(new RegExp(`^http://127.0.0.1:${server.port} is not granted$`)),
    );
    expect(await send({ url: `http://name.example:${server.port}/` })).toEqual(denied(/not granted/));
    expect(resolve).not.toHaveBeenCalled();
    expect(server.seen).toEqual([]);
  });

  test.each([
    '169.254.169.254',
    '127.0.0.1',
    '10.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fd00:ec2::254',
    '8.8.8.8 127.0.0.1',
    '2606:4700:4700::1111 ::ffff:a9fe:a9fe',
  ])('a granted name that leads to %s', async (addresses) => {
    await using server = await serve((_request, response) => response.end());
    const grants = [`http://name.example:${server.port}`, `http://*.name.example:${server.port}`];
    const send = jobWith([...grants, `http://127.0.0.1:${server.port}`], {
      resolve: () => Promise.resolve(addresses.split(' ')),
    });
    for (const host of ['name.example', 'a.name.example']) {
      const answer = await send({ url: `http://${host}:${server.port}/` });
      expect(answer).toEqual(denied(new RegExp(`^${host} leads to an address that may not be reached$`)));
    }
    expect(server.seen).toEqual([]);
  });

  test('localhost that leads elsewhere than to this machine', async () => {
    for (const addresses of [['10.0.0.1'], ['127.0.0.1', '169.254.169.254']]) {
      const send = jobWith(['http://localhost'], { resolve: () => Promise.resolve(addresses) });
      expect(await send({ url: 'http://localhost/' })).toEqual(denied(/^localhost leads to/));
    }
  });

  test('private addresses that packages name, where the platform lets them grant none', async () => {
    await using server = await serve((_request, response) => response.end());
    const origins = [`http://127.0.0.1:${server.port}`, `http://localhost:${server.port}`];
    const send = jobWith(origins, { isPrivateGrantable: false });
    for (const url of origins) expect(await send({ url })).toEqual(denied(/may not be reached/));
    expect(server.seen).toEqual([]);
  });

  test.each(['http://2130706433', 'http://0x7f000001', 'http://0177.0.0.1', 'http://127.1', 'http://１２７.0.0.1'])(
    '127.0.0.1 written as %s, unless it is granted',
    async (written) => {
      await using server = await serve((_request, response) => response.end('here'));
      const url = `${written}:${server.port}/`;
      expect(await jobWith([`http://*.example:${server.port}`])({ url })).toEqual(denied(/127\.0\.0\.1:\d+ is not/));
      expect(server.seen).toEqual([]);
      expect(responseOf(await jobWith([`http://127.0.0.1:${server.port}`])({ url })).text).toBe('here');
    },
  );

  test('127.0.0.1 written as an IPv6 address, even where 127.0.0.1 is granted', async () => {
    await using server = await serve((_request, response) => response.end());
    const send = jobWith([`http://127.0.0.1:${server.port}`]);
    for (const host of ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]']) {
      expect(await send({ url: `http://${host}:${server.port}/` })).toEqual(denied(/is not granted/));
    }
    expect(server.seen).toEqual([]);
  });
});

describe('a name', () => {
  // Not the one that the system's own look-up gives.
  const loopback = process.platform === 'linux' ? '127.0.0.2' : '::1';

  test('that means another address a moment later is reached where it was checked', async () => {
    await using checked = await serve((_request, response) => response.end('checked'), loopback);
    await using later = await serve((_request, response) => response.end('later'), '127.0.0.1', checked.port);
    const answers = [[loopback], ['127.0.0.1']];
    const resolve = vi.fn<() => Promise<string[]>>(() => Promise.resolve(answers.shift() ?? []));
    const origin = `http://localhost:${checked.port}`;
    expect(responseOf(await jobWith([origin], { resolve })({ url: origin })).text).toBe('checked');
    expect(resolve).toHaveBeenCalledOnce();
    expect(checked.seen.map(({ headers }) => headers.host)).toEqual([`localhost:${checked.port}`]);
    expect(later.accepted()).toBe(0);
  });

  test('with several addresses is reached at the one that answers', async () => {
    await using server = await serve((_request, response) => response.end('here'));
    const origin = `http://localhost:${server.port}`;
    const send = jobWith([origin], { resolve: () => Promise.resolve(['::1', loopback, '127.0.0.1']) });
    expect(responseOf(await send({ url: origin })).text).toBe('here');
  });

  test('without an address is told so', async () => {
    const send = jobWith(['http://name.example'], { resolve: () => Promise.resolve([]) });
    expect(await send({ url: 'http://name.example/' })).toEqual(failed(/^name\.example does not resolve$/));
  });

  test('of this machine needs no DNS', async () => {
    await using server = await serve((_request, response) => response.end('here'));
    const origin = `http://localhost:${server.port}`;
    expect(responseOf(await jobWith([origin])({ url: origin })).text).toBe('here');
  });
});

describe('time', () => {
  const never = () => undefined;

  test.each([
    ["the call's own", { timeoutMs: 50 }],
    ["what is left of the attempt's", { leftMs: 50 }],
    ['the shorter of both', { timeoutMs: 60_000, leftMs: 50 }],
  ])('is over for a server that does not answer: %s', async (_whose, limits) => {
    await using server = await serve(never);
    const origin = `http://127.0.0.1:${server.port}`;
    expect(await jobWith([origin])({ url: origin, ...limits })).toEqual(TIMEOUT);
    expect(server.seen).toHaveLength(1);
    await expect.poll(() => server.connections()).toBe(0);
  });

  test('is over for a server that sends its body slowly', async () => {
    await using server = await serve((_request, response) => void response.write('a'));
    const origin = `http://127.0.0.1:${server.port}`;
    expect(await jobWith([origin])({ url: origin, timeoutMs: 100 })).toEqual(TIMEOUT);
    await expect.poll(() => server.connections()).toBe(0);
  });

  test('is over for a server that never speaks TLS', async () => {
    await using server = await serveBytes();
    const origin = `https://127.0.0.1:${server.port}`;
    expect(await jobWith([origin])({ url: origin, timeoutMs: 100 })).toEqual(TIMEOUT);
    await expect.poll(() => server.connections()).toBe(0);
  });

  test('is over for a name that takes too long', async () => {
    const send = jobWith(['http://name.example'], { resolve: () => new Promise(never) });
    expect(await send({ url: 'http://name.example/', timeoutMs: 20 })).toEqual(TIMEOUT);
  });

  test.each([{ timeoutMs: 0 }, { leftMs: 0 }, { leftMs: -1 }])(
    'that there is none of sends nothing: %j',
    async (none) => {
      await using server = await serve((_request, response) => response.end());
      const origin = `http://127.0.0.1:${server.port}`;
      expect(await jobWith([origin])({ url: origin, ...none })).toEqual(TIMEOUT);
      expect(server.seen).toEqual([]);
    },
  );

  test('ends with the attempt, and the connection with it', async () => {
    await using server = await serve(never);
    const origin = `http://127.0.0.1:${server.port}`;
    const attempt = new AbortController();
    const answer = jobWith([origin])({ url: origin, signal: attempt.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    attempt.abort('ended');
    expect(await answer).toEqual(failed(/attempt has ended/));
    await expect.poll(() => server.connections()).toBe(0);
    expect(await jobWith([origin])({ url: origin, signal: attempt.signal })).toEqual(failed(/attempt has ended/));
    expect(server.seen).toHaveLength(1);
  });
});

describe('a response', () => {
  test('without end is cut at the limit and its connection closed', async () => {
    let isClosed: Promise<unknown> = Promise.resolve();
    await using server = await serve((_request, response) => {
      isClosed = once(response, 'close');
      const more = () => {
        while (response.write(Buffer.alloc(1 << 16))) if (response.destroyed) return;
        response.once('drain', more);
      };
      more();
    });
    const origin = `http://127.0.0.1:${server.port}`;
    expect(await jobWith([origin])({ url: origin })).toEqual(TOO_LARGE);
    await isClosed;
  });

  test('of the largest size comes whole', async () => {
    const bytes = Buffer.alloc(4 << 20, 7);
    await using server = await serve((_request, response) => response.end(bytes));
    const origin = `http://127.0.0.1:${server.port}`;
    const answer = await jobWith([origin])({ url: origin });
    expect(answer.ok && bytes.equals((answer.value as { body: Uint8Array }).body)).toBe(true);
  });

  test.each([
    ['headers without end', `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(100)}`, TOO_LARGE],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.7\r\n', failed(/not HTTP/)],
    ['a line break in a header', 'HTTP/1.1 200 OK\r\nx: a\rb\r\ncontent-length: 0\r\n\r\n', failed(/not HTTP/)],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', failed(/not HTTP/)],
    [
      'another protocol, unasked',
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello',
      failed(/no answer/),
    ],
  ])('that is %s is refused', async (_what, bytes, error) => {
    await using server = await serveBytes(bytes);
    const origin = `http://127.0.0.1:${server.port}`;
    expect(await jobWith([origin])({ url: origin })).toEqual(error);
    await expect.poll(() => server.connections()).toBe(0);
  });

  test('that breaks off is no response', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => response.destroy());
    });
    const origin = `http://127.0.0.1:${server.port}`;
    expect(await jobWith([origin])({ url: origin })).toEqual(failed(/the connection broke/));
  });

  test('that nobody gives is told without a word on the host', async () => {
    const { port } = await (async () => {
      await using server = await serve(() => undefined);
      return server;
    })();
    const answer = await jobWith([`http://127.0.0.1:${port}`])({ url: `http://127.0.0.1:${port}/` });
    expect(answer).toEqual({ ok: false, error: { tag: 'failed', val: 'the connection was refused' } });
  });
});

test('a header that would begin another request is sent to no one', async () => {
  await using server = await serve((_request, response) => response.end());
  const origin = `http://127.0.0.1:${server.port}`;
  const send = jobWith([origin]);
  for (const headers of [
    [['x', 'a\r\n\r\nGET /admin HTTP/1.1'] as const],
    [['x\r\ny', 'a'] as const],
    [['Transfer-Encoding', 'chunked'] as const],
  ]) {
    expect(await send({ url: origin, headers })).toMatchObject({ ok: false, error: { tag: 'invalid' } });
  }
  expect(await send({ url: origin, method: 'GET / HTTP/1.1\r\nx:' })).toMatchObject({ error: { tag: 'invalid' } });
  expect(server.seen).toEqual([]);
});

test('one tenant has 64 requests under way at most, and takes none of the others', async () => {
  const held: (() => void)[] = [];
  await using server = await serve((_request, response) => held.push(() => response.end()));
  const origin = `http://127.0.0.1:${server.port}`;
  const send = jobWith([origin]);
  const under = Array.from({ length: 64 }, () => send({ url: origin }));
  expect(await send({ url: origin })).toEqual(failed(/^too many requests at once$/));
  const other = send({ url: origin, tenant: 'other' });
  await expect.poll(() => held.length).toBe(65);
  for (const release of held) release();
  expect((await Promise.all([...under, other])).every(({ ok }) => ok)).toBe(true);
  const again = send({ url: origin });
  await expect.poll(() => held.length).toBe(66);
  held.at(-1)?.();
  expect(await again).toMatchObject({ ok: true });
});

test('a proxy of the environment is not used', async () => {
  await using proxy = await serve((_request, response) => response.end('from the proxy'));
  await using server = await serve((_request, response) => response.end('from the server'));
  const url = `http://127.0.0.1:${proxy.port}`;
  const program = `
    import { jobWith, responseOf } from ${JSON.stringify(new URL('http-stage.ts', import.meta.url).href)};
    const origin = 'http://127.0.0.1:${server.port}';
    process.stdout.write(responseOf(await jobWith([origin])({ url: origin })).text);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@jobico/source', '--input-type=module', '-e', program],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: url,
        http_proxy: url,
        NO_PROXY: '',
        no_proxy: '',
      },
    },
  );
  expect(stdout).toBe('from the server');
  expect(proxy.seen).toEqual([]);
});
