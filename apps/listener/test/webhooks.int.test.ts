import { randomBytes } from 'node:crypto';
import { createSecretStore, parseSecretKeys } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { signDelivery, type Signing } from '@jobico/webhooks';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test, vi } from 'vitest';
import { answerOf, front, type Answer, type Front } from './support/front.ts';
import { head, openRaw, statusesIn } from './support/raw-connection.ts';

const KEYS = randomBytes(32).toString('base64');
const SECRET = `whsec_${Buffer.from('the secret of the one who sends.').toString('base64')}`;
const OLD = `whsec_${Buffer.from('the secret that it had before...').toString('base64')}`;
const ORDER = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } };

const HMAC = {
  header: 'X-Shop-Signature',
  prefix: 'sha512=',
  algorithm: 'sha512',
  encoding: 'base64',
  timestampHeader: 'X-Shop-Time',
  idHeader: 'X-Shop-Id',
} as const;
const EVENTS = {
  standard: { scheme: 'standard-webhooks', secret: ['SIGNING', 'SIGNING_OLD'] },
  github: { scheme: 'github', secret: 'SIGNING' },
  stripe: { scheme: 'stripe', secret: 'SIGNING' },
  slack: { scheme: 'slack', secret: 'SIGNING' },
  shop: { scheme: 'hmac', secret: 'SIGNING', ...HMAC },
  unset: { scheme: 'github', secret: 'NEVER_SET' },
};
const SIGNINGS: Record<string, Signing> = {
  standard: { scheme: 'standard-webhooks' },
  github: { scheme: 'github' },
  stripe: { scheme: 'stripe' },
  slack: { scheme: 'slack' },
  shop: { scheme: 'hmac', ...HMAC, header: 'x-shop-signature', timestampHeader: 'x-shop-time', idHeader: 'x-shop-id' },
};
const NAMES = Object.keys(SIGNINGS);

interface Stage extends Front {
  deliver: (event: string, body: string | Buffer, headers: Record<string, string>) => Promise<Answer>;
  setSecret: (name: string, value: string) => Promise<unknown>;
}

async function stage(options: Parameters<typeof front>[0] = {}): Promise<Stage> {
  const entrance = await front({ secretKeys: KEYS, ...options });
  const { nats, tenant, listener } = entrance;
  const events = Object.fromEntries(Object.keys(EVENTS).map((id) => [id, ORDER]));
  await entrance.declare({ ...events, plain: undefined }, {}, EVENTS);
  const store = await createSecretStore(nats, parseSecretKeys(KEYS));
  const setSecret = (name: string, value: string) => store.set(tenant, name, value);
  await setSecret('SIGNING_OLD', OLD);
  await setSecret('SIGNING', SECRET);
  const deliver: Stage['deliver'] = (event, body, headers) =>
    answerOf(
      fetch(`${listener.url}/webhooks/${tenant}/${event}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      }),
    );
  const stageOf = { ...entrance, deliver, setSecret };
  // The listener hears of a secret a moment after it is set.
  await vi.waitFor(async () =>
    expect((await deliver('github', '{"n":0}', signed('github', '{"n":0}', { id: 'ready' }))).status).toBe(202),
  );
  await nats.jsm.streams.purge(`QUEUE_${tenant}_main`);
  return stageOf;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

function signed(event: string, body: string, { id = 'd-1', secret = SECRET, timestamp = nowSeconds() } = {}) {
  const signing = SIGNINGS[event];
  if (!signing) throw new RangeError(event);
  return signDelivery(signing, secret, { id, timestamp, body: Buffer.from(body) });
}

const bodyOf = (n: number | string) => `{ "id": "evt-${n}", "event_id":"Ev${n}", "n": 1.10, "big": 9007199254740993 }`;
const idOf: Record<string, (n: number | string) => string> = {
  standard: () => 'd-1',
  github: () => 'd-1',
  stripe: (n) => `evt-${n}`,
  slack: (n) => `Ev${n}`,
  shop: () => 'd-1',
};

const ids = async ({ stored }: Front) => (await stored()).map(({ header }) => header('Nats-Msg-Id'));

describe.each(NAMES)('%s', (event) => {
  test('a signed body is one event, stored byte by byte under the id of the delivery', async () => {
    const { deliver, stored } = await stage();
    const body = bodyOf(1);
    const answer = await deliver(event, body, signed(event, body));
    const id = idOf[event]?.(1);
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1, events: [{ id }] } });
    const [queued] = await stored();
    expect(queued?.text).toBe(body);
    expect(queued?.header('Nats-Msg-Id')).toBe(id);
    expect(queued?.header('Jobico-Source')).toContain('webhook/');
  });

  test('a delivery that is sent again makes no second event, and gets the first answer', async () => {
    const entrance = await stage();
    const body = bodyOf(2);
    const headers = signed(event, body);
    const answers = [await entrance.deliver(event, body, headers), await entrance.deliver(event, body, headers)];
    // As its sender does it, with a new signature, a minute later.
    answers.push(await entrance.deliver(event, body, signed(event, body, { timestamp: nowSeconds() + 60 })));
    const taken = answers.map(({ status }) => status).filter((status) => status === 202);
    expect(taken.length).toBeGreaterThanOrEqual(2);
    expect(new Set(answers.filter(({ status }) => status === 202).map(({ body: b }) => JSON.stringify(b))).size).toBe(
      1,
    );
    expect(await ids(entrance)).toHaveLength(1);
  });

  test('a copy under another id makes no second event', async () => {
    const entrance = await stage();
    const body = bodyOf(3);
    const headers = signed(event, body);
    await entrance.deliver(event, body, headers);
    for (const name of ['webhook-id', 'x-github-delivery', 'x-shop-id', 'x-request-id']) {
      await entrance.deliver(event, body, { ...headers, [name]: 'another' });
    }
    expect(await ids(entrance)).toHaveLength(1);
  });

  test('every cause gets the same 401, word by word', async () => {
    const entrance = await stage();
    const body = bodyOf(4);
    const headers = signed(event, body);
    const causes: [string, string, Record<string, string>][] = [
      ['no signature', body, {}],
      ['another body', `${body} `, headers],
      ['another secret', body, signed(event, body, { secret: 'bm9ib2R5J3Mgc2VjcmV0' })],
      ['no JSON either', '{', headers],
      ['of another type too', body, { ...signed(event, body, { secret: 'bm9uZQ==' }), 'content-type': 'text/plain' }],
    ];
    if (event !== 'github') {
      causes.push(['too old', body, signed(event, body, { timestamp: nowSeconds() - 400 })]);
      causes.push(['of the future', body, signed(event, body, { timestamp: nowSeconds() + 400 })]);
    }
    const answers = await Promise.all(causes.map(async ([, text, sent]) => await entrance.deliver(event, text, sent)));
    expect(answers.map(({ status }) => status)).toEqual(causes.map(() => 401));
    const headersOf = ({ headers: all }: Answer) => [...all].filter(([name]) => name !== 'date');
    expect(new Set(answers.map((answer) => JSON.stringify([headersOf(answer), answer.body]))).size).toBe(1);
    expect(await ids(entrance)).toEqual([]);
  });
});

test('what the library of Standard Webhooks sends is taken', async () => {
  const { deliver } = await stage();
  const body = '{"n":5}';
  const at = new Date();
  const signature = new Webhook(SECRET).sign('msg_9', at, body);
  const headers = {
    'webhook-id': 'msg_9',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signature,
  };
  expect(await deliver('standard', body, headers)).toMatchObject({ status: 202, body: { events: [{ id: 'msg_9' }] } });
});

test('while a secret is exchanged for another both sign; once the old one is replaced it signs no more', async () => {
  const { deliver, setSecret } = await stage();
  const body = (n: number) => `{"n":${n}}`;
  const send = (n: number, secret: string) =>
    deliver('standard', body(n), signed('standard', body(n), { id: `m-${n}`, secret }));
  expect((await send(1, SECRET)).status).toBe(202);
  expect((await send(2, OLD)).status).toBe(202);
  await setSecret('SIGNING_OLD', SECRET);
  let n = 3;
  await vi.waitFor(async () => expect((await send((n += 1), OLD)).status).toBe(401));
  expect((await send(2000, SECRET)).status).toBe(202);
});

test('a signature is checked against the time: it is good five minutes, and not six', async () => {
  let now = Date.now();
  const { deliver } = await stage({ clock: () => now });
  const body = '{"n":6}';
  const headers = signed('stripe', body);
  now += 290_000;
  expect((await deliver('stripe', body, headers)).status).toBe(202);
  now += 20_000;
  expect((await deliver('stripe', body, headers)).status).toBe(401);
});

test('an event that takes no webhooks, one that nobody declares, and another tenant: the same 401 as a wrong signature', async () => {
  const { deliver, listener } = await stage();
  const answers = [
    await deliver('github', '{}', {}),
    await deliver('plain', '{}', {}),
    await deliver('nothing', '{}', {}),
  ];
  answers.push(await answerOf(fetch(`${listener.url}/webhooks/nobody/github`, { method: 'POST', body: '{}' })));
  for (const { status, body } of answers) expect({ status, body }).toEqual({ status: 401, body: answers[0]?.body });
});

test('a secret that is not set, or whose key the listener does not have, signs nothing; the log says so, and no value', async () => {
  const lines: string[] = [];
  const log = createSilentLogger();
  vi.spyOn(log, 'child').mockReturnValue(log as never);
  vi.spyOn(log, 'warn').mockImplementation((...args: unknown[]) => void lines.push(JSON.stringify(args)));
  const { deliver } = await stage({ log });
  for (const secret of ['', 'undefined', SECRET]) {
    expect((await deliver('unset', '{"n":1}', signed('github', '{"n":1}', { secret }))).status).toBe(401);
  }
  expect(lines.join()).toContain('NEVER_SET');
  expect(lines.join()).not.toContain(SECRET);
});

test('what is signed and no event is refused as ever: no JSON 400, another type 415, not its schema 422, too large 413', async () => {
  const { deliver, stored } = await stage();
  const send = (body: string, type = 'application/json') =>
    deliver('github', body, { ...signed('github', body), 'content-type': type });
  expect(await send('{"n":')).toMatchObject({ status: 400, body: { code: 'not-json' } });
  expect(await send('payload=%7B%7D', 'application/x-www-form-urlencoded')).toMatchObject({ status: 415 });
  expect(await send('{"n":"x"}')).toMatchObject({ status: 422, body: { errors: [{ path: '/n' }] } });
  expect(await send(`{"n":1,"x":"${'y'.repeat(1 << 20)}"}`)).toMatchObject({ status: 413 });
  expect((await send('{"n":1}', 'application/vnd.shop.v1+json; charset=utf-8')).status).toBe(202);
  expect(await stored()).toHaveLength(1);
});

test('a body in chunks of a byte is taken, and one that is too large is not', async () => {
  const entrance = await stage({ bodyLimit: 1000 });
  const send = async (body: string) => {
    const connection = await openRaw(entrance.listener.url);
    const headers = Object.entries(signed('github', body)).map(([name, value]) => `${name}: ${value}`);
    const chunks = Array.from(body, (character) => `1\r\n${character}\r\n`).join('');
    connection.write(head(`/webhooks/${entrance.tenant}/github`, ...headers, 'transfer-encoding: chunked'));
    connection.write(`${chunks}0\r\n\r\n`);
    await expect.poll(() => statusesIn(connection.received())).toHaveLength(1);
    return statusesIn(connection.received())[0];
  };
  const body = (length: number) => `{"n":1,"x":"${'y'.repeat(length - 14)}"}`;
  expect([await send(body(1000)), await send(body(1001))]).toEqual([202, 413]);
  expect((await entrance.stored()).map(({ text }) => text)).toEqual([body(1000)]);
});

test('a body that was refused for what it says may be put right under the same id', async () => {
  const { deliver } = await stage();
  const send = (body: string) => deliver('standard', body, signed('standard', body));
  expect((await send('{"n":"x"}')).status).toBe(422);
  expect((await send('{"n":1}')).status).toBe(202);
});

test('Slack is answered its challenge if the request is signed, and that is no event', async () => {
  const { deliver, stored } = await stage();
  const body = '{"type":"url_verification","challenge":"3eZbrw1aB","token":"x"}';
  expect(await deliver('slack', body, signed('slack', body))).toMatchObject({
    status: 200,
    body: { challenge: '3eZbrw1aB' },
  });
  expect((await deliver('slack', body, {})).status).toBe(401);
  expect(await stored()).toEqual([]);
});

test('a fifth of a thousand deliveries at once, each sent five times: two hundred events', async () => {
  const entrance = await stage();
  const bodies = Array.from({ length: 200 }, (_, n) => `{"n":${n}}`);
  const sends = bodies.flatMap((body, n) =>
    Array.from({ length: 5 }, () => ({ body, headers: signed('standard', body, { id: `m-${n}` }) })),
  );
  const answers = await Promise.all(sends.map(({ body, headers }) => entrance.deliver('standard', body, headers)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(await ids(entrance)).size).toBe(200);
  expect(await ids(entrance)).toHaveLength(200);
});

test('GET on a webhook: 405', async () => {
  const { listener, tenant } = await stage();
  expect((await fetch(`${listener.url}/webhooks/${tenant}/github`)).status).toBe(405);
});
