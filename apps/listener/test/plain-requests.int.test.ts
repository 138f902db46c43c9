import { createTenantLimitStore, createTokenStore, generateToken } from '@jobico/messaging';
import { expect, test, vi } from 'vitest';
import { answerOf, front, type Answer } from './support/front.ts';
import { head, openRaw, statusesIn } from './support/raw-connection.ts';

const ORDER = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } };

/** A preference that nobody knows changes nothing, but a request that has one goes through the framework. */
const PASSED_OVER = { prefer: 'handling=lenient' };

async function guardedFront() {
  const entrance = await front({ auth: 'tokens' });
  const { nats, tenant, listener } = entrance;
  await entrance.declare({ placed: ORDER });
  const token = generateToken();
  const expiresAt = new Date(Date.now() + 60_000);
  await (await createTokenStore(nats)).add(token, { role: 'producer', tenant, expiresAt });
  await (await createTenantLimitStore(nats)).set(tenant, { eventsPerSecond: 1000, eventBytes: 2000 });
  const send = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    answerOf(
      fetch(`${listener.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
        body,
      }),
    );
  const path = `/events/${tenant}/placed`;
  await vi.waitFor(async () => {
    const { status, headers } = await send(path, '{"data":[{"n":0}]}');
    expect([status, headers.has('ratelimit')]).toEqual([202, true]);
  });
  return { ...entrance, send, path };
}

/** An answer without what no two have in common. */
function comparable({ status, headers, body }: Answer) {
  const names = [...headers.keys()].filter((name) => name !== 'date').toSorted();
  const { events, ...rest } = body;
  const type = headers.get('content-type');
  return { status, names, type, policy: headers.get('ratelimit-policy'), rest, events: events?.length };
}

test('a plain request is answered as one that is not: status, headers and body', async () => {
  const { send, path, tenant } = await guardedFront();
  const requests: [path: string, body: string | Buffer, headers?: Record<string, string>][] = [
    [path, '{"data":[{"n":1}]}'],
    [path, '{"data":[{"n":1},{"n":2}]}', { 'content-type': 'application/json; charset=utf-8' }],
    [path, '{"data":[{"n":"x"}]}'],
    [path, '{"data":[{"n":1},{}]}'],
    [path, '{"data":[]}'],
    [path, '{"data":1}'],
    [path, '{"data":[1'],
    [path, ''],
    [path, '['.repeat(10_000)],
    [path, `{"data":[{"n":1,"s":"${'x'.repeat(2000)}"}]}`],
    [path, `{"data":[{"n":1,"s":"${'x'.repeat(1 << 20)}"}]}`],
    [path, `{"data":[${Array.from({ length: 10_001 }, () => '{"n":1}').join(',')}]}`],
    [`/events/${tenant}/unknown`, '{"data":[{"n":1}]}'],
    [`/events/other-tenant/placed`, '{"data":[{"n":1}]}'],
    [path, '{"data":[{"n":1}]}', { authorization: 'Bearer nothing' }],
    [path, '{"data":[{"n":1}]}', { authorization: '' }],
  ];
  for (const [to, body, headers] of requests) {
    const plain = comparable(await send(to, body, headers));
    const other = comparable(await send(to, body, { ...headers, ...PASSED_OVER }));
    expect({ body: String(body).slice(0, 60), ...plain }).toEqual({ body: String(body).slice(0, 60), ...other });
  }
});

test('bytes that are no UTF-8 are refused in the same words', async () => {
  const { send, path } = await guardedFront();
  const body = Buffer.from([0x7b, 0xff, 0x7d]);
  const plain = comparable(await send(path, body));
  expect(plain.rest).toEqual(comparable(await send(path, body, PASSED_OVER)).rest);
  expect(plain).toMatchObject({ status: 400, rest: { code: 'not-json' } });
});

test('a plain request beyond the rate is refused with when to try again', async () => {
  const { send, path } = await guardedFront();
  const body = `{"data":[${Array.from({ length: 900 }, () => '{"n":1}').join(',')}]}`;
  const answers = await Promise.all(Array.from({ length: 8 }, () => send(path, body)));
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body).toMatchObject({ code: 'limit-exceeded', details: { limit: 'eventsPerSecond' } });
  expect(refused?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  expect(refused?.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
});

test('plain requests that come at once on one connection are answered in their order', async () => {
  const { listener, tenant, declare, stored } = await front();
  await declare({ placed: undefined });
  const raw = await openRaw(listener.url);
  const bodies = Array.from({ length: 20 }, (_, index) => `{"data":[${index}]}`);
  const path = `/events/${tenant}/placed`;
  raw.write(bodies.map((body) => head(path, `content-length: ${body.length}`) + body).join(''));
  await vi.waitFor(() => expect(statusesIn(raw.received())).toEqual(bodies.map(() => 202)), 10_000);
  const ids = [...raw.received().matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
  expect((await stored()).map(({ text, header }) => [text, header('Nats-Msg-Id')])).toEqual(
    ids.map((id, index) => [`${index}`, id]),
  );
});

test('a body that comes byte by byte, in the middle of a character too, arrives as it was sent', async () => {
  const { listener, tenant, declare, stored } = await front();
  await declare({ placed: undefined });
  const raw = await openRaw(listener.url);
  const body = Buffer.from('{"data":["😀 é"]}');
  raw.socket.setNoDelay(true);
  raw.write(head(`/events/${tenant}/placed`, `content-length: ${body.length}`));
  for (const byte of body) {
    await new Promise((resolve) => raw.socket.write(Buffer.from([byte]), resolve));
  }
  await vi.waitFor(() => expect(statusesIn(raw.received())).toEqual([202]), 10_000);
  expect((await stored()).map(({ text }) => text)).toEqual(['"😀 é"']);
});

test('plain requests are counted as all are', async () => {
  const { listener, post, declare } = await front();
  await declare({ placed: ORDER });
  await post('placed', '{"data":[{"n":1}]}');
  await post('placed', '{"data":[{"n":2}]}');
  await post('placed', '{"data":[{}]}');
  const metrics = await (await fetch(`${listener.url}/metrics`)).text();
  expect(metrics).toContain('jobico_http_requests_total{status="202"} 2\n');
  expect(metrics).toContain('jobico_http_requests_total{status="422"} 1\n');
});
