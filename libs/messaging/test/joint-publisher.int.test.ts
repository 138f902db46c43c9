import {
  createPublisher,
  ensureQueue,
  queueStream,
  separately,
  type Message,
  type Nats,
  type Published,
} from '@jobico/messaging';
import { expect, test } from 'vitest';
import { queue, uniqueTenant, withNats } from './nats.ts';

const SOURCE = [['Jobico-Source', 'test']] as const;

interface Stored {
  text: string;
  id: string;
  source: string;
}

async function storedIn(nats: Nats, tenant: string): Promise<Stored[]> {
  const found: Stored[] = [];
  const batch = await nats.jsm.direct.getBatch(queueStream(tenant, 'q'), { seq: 1, batch: 3000 });
  for await (const message of batch) {
    const header = (name: string) => message.header.get(name);
    found.push({ text: message.string(), id: header('Nats-Msg-Id'), source: header('Jobico-Source') });
  }
  return found;
}

/** Messages of an event, each with its place as its id. */
const messagesOf = (tenant: string, texts: readonly string[]): Message[] =>
  texts.map((payload, index) => ({
    subject: `jobico.event.${tenant}.placed`,
    payload,
    fields: [['Nats-Msg-Id', `${index}`]],
  }));

const codes = (results: readonly Published[]) =>
  results.map((result) => (typeof result === 'string' ? result : result.code));

const expected = (texts: readonly string[]): Stored[] =>
  texts.map((text, index) => ({ text, id: `${index}`, source: 'test' }));

test('messages that are published together are stored in their order, each with its own fields and the shared ones', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const texts = ['', 'größe 😀', 'a\r\nPUB x 0\r\n\r\n', ...Array.from({ length: 1000 }, (_, index) => `${index}`)];
    const results = await nats.publisher.joint.publish(messagesOf(tenant, texts), SOURCE);
    expect(codes(results)).toEqual(texts.map(() => 'stored'));
    expect(await storedIn(nats, tenant)).toEqual(expected(texts));
    expect(await nats.publisher.joint.publish([], SOURCE)).toEqual([]);
  }));

test('without the protocol object of the client the plain way stores the same', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const { nc } = nats;
    const publisher = createPublisher({
      subscribe: nc.subscribe.bind(nc),
      publish: nc.publish.bind(nc),
      isClosed: () => nc.isClosed(),
      info: nc.info,
    } as typeof nc);
    const results = await publisher.joint.publish(messagesOf(tenant, ['a', 'größe']), SOURCE);
    expect(codes(results)).toEqual(['stored', 'stored']);
    expect(await storedIn(nats, tenant)).toEqual(expected(['a', 'größe']));
    publisher.close();
  }));

test('message by message through another publisher the same is stored, and the same is told', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q', { kind: 'strict' }, 2), ['placed']);
    const joint = separately((...message) => nats.publisher.publish(...message));
    const results = await joint.publish(messagesOf(tenant, ['a', 'b', 'c']), SOURCE);
    expect(codes(results)).toEqual(['stored', 'stored', 'limit-exceeded']);
    expect(await storedIn(nats, tenant)).toEqual(expected(['a', 'b']));
  }));

test('each failure is its message’s alone: a hostile header, a hostile subject, too large, no stream', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const subject = `jobico.event.${tenant}.placed`;
    const messages: Message[] = [
      { subject, payload: 'first', fields: [['Nats-Msg-Id', '0']] },
      { subject, payload: 'x', fields: [['Nats-Msg-Id', 'a\r\nNats-Rollup: all']] },
      { subject, payload: 'x', fields: [['a\r\nb', 'c']] },
      { subject: `${subject}\r\nPUB x 0\r\n`, payload: 'x', fields: [] },
      { subject, payload: 'x'.repeat((nats.nc.info?.max_payload ?? 0) + 1), fields: [] },
      { subject: `jobico.event.${tenant}.other`, payload: 'x', fields: [] },
      { subject, payload: 'last', fields: [['Nats-Msg-Id', '1']] },
    ];
    const results = await nats.publisher.joint.publish(messages, SOURCE);
    const tooLarge = Array.from({ length: 4 }, () => 'too-large');
    expect(codes(results)).toEqual(['stored', ...tooLarge, 'not-found', 'stored']);
    expect((await storedIn(nats, tenant)).map(({ text }) => text)).toEqual(['first', 'last']);
  }));

test.each([
  ['a line break', 'http\r\nNats-Rollup: all'],
  ['half of a surrogate pair', '\ud800'],
])('%s in a shared field fails all of them, and nothing is sent', (_what, source) =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const messages = messagesOf(tenant, ['a', 'b']);
    const results = await nats.publisher.joint.publish(messages, [['Jobico-Source', source]]);
    expect(codes(results)).toEqual(['too-large', 'too-large']);
    expect(codes(await nats.publisher.joint.publish(messages, SOURCE))).toEqual(['stored', 'stored']);
    expect(await storedIn(nats, tenant)).toEqual(expected(['a', 'b']));
  }),
);

test('where a stream is full, it is told which messages are stored and which are not', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q', { kind: 'strict' }, 2), ['placed']);
    const results = await nats.publisher.joint.publish(messagesOf(tenant, ['a', 'b', 'c', 'd']), SOURCE);
    expect(codes(results)).toEqual(['stored', 'stored', 'limit-exceeded', 'limit-exceeded']);
    expect(await storedIn(nats, tenant)).toEqual(expected(['a', 'b']));
  }));

test('when the connection is lost, what was under way fails at once, and nothing of it is sent later', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const publish = (...texts: string[]) => nats.publisher.joint.publish(messagesOf(tenant, texts), SOURCE);
    const underWay = [publish('a', 'b'), publish('c')];
    nats.publisher.disconnected();
    expect((await Promise.all(underWay)).map(codes)).toEqual([['unavailable', 'unavailable'], ['unavailable']]);
    expect(codes(await publish('d'))).toEqual(['unavailable']);
    nats.publisher.reconnected();
    expect(codes(await publish('e'))).toEqual(['stored']);
    expect(await storedIn(nats, tenant)).toEqual(expected(['e']));
  }));

test(
  'a message that nobody answers fails in time, those beside it that are stored do not',
  () =>
    withNats(async (nats) => {
      const tenant = uniqueTenant();
      await ensureQueue(nats, tenant, queue('q'), ['placed']);
      const silent = `silent.${tenant}`;
      nats.nc.subscribe(silent, { callback: () => undefined });
      await nats.nc.flush();
      const [stored] = messagesOf(tenant, ['a']);
      if (!stored) throw new Error('there is a message');
      const messages = [stored, { subject: silent, payload: 'b', fields: [] }];
      const results = await nats.publisher.joint.publish(messages, SOURCE);
      expect(codes(results)).toEqual(['stored', 'unavailable']);
      expect(results[1]).toMatchObject({ message: 'JetStream did not answer within 5000 ms' });
    }),
  15_000,
);

test('an answer that only looks like an acknowledgement is none', () =>
  withNats(async (nats) => {
    const subject = `odd.${uniqueTenant()}`;
    const answers = [
      '{"stream":"X"}',
      '{"stream":"X","seq":}',
      '{"stream":""}',
      '{"streams":"X","seq":1}',
      '{}',
      'null',
      'no JSON',
    ];
    let at = 0;
    nats.nc.subscribe(subject, { callback: (_error, message) => void message.respond(answers[at++]) });
    await nats.nc.flush();
    const messages = answers.map(() => ({ subject, payload: 'x', fields: [] }));
    const results = await nats.publisher.joint.publish(messages, SOURCE);
    expect(results).toMatchObject(
      answers.map((text) => ({ code: 'unavailable', message: `not an acknowledgement: ${text}` })),
    );
  }));
