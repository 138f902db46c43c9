import { ensureQueue, queueStream, type Nats } from '@jobico/messaging';
import { createPublisher } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { queue, uniqueTenant, withNats } from './nats.ts';

async function storedTexts(nats: Nats, tenant: string): Promise<string[]> {
  const texts: string[] = [];
  const batch = await nats.jsm.direct.getBatch(queueStream(tenant, 'q'), { seq: 1, batch: 2000 });
  for await (const message of batch) texts.push(message.string());
  return texts;
}

const TEXTS = ['', '{}', 'größe 😀', 'a\r\nPUB jobico.event.x.y 0\r\n\r\n', '\0', 'x'.repeat(300_000), '\u2028'];

test('many messages published in one turn are stored as they are, in order', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const texts = [...TEXTS, ...Array.from({ length: 1000 }, (_, index) => `${index}`)];
    const acks = await Promise.all(
      texts.map((text, index) =>
        nats.publisher.publish(`jobico.event.${tenant}.placed`, text, [['Nats-Msg-Id', `${index}`]]),
      ),
    );
    expect(acks.map(({ sequence }) => sequence)).toEqual(texts.map((_, index) => index + 1));
    expect(await storedTexts(nats, tenant)).toEqual(texts);
    expect(await nats.publisher.publish(`jobico.event.${tenant}.placed`, '', [['Nats-Msg-Id', '5']])).toMatchObject({
      isDuplicate: true,
      sequence: 6,
    });
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
    await Promise.all(
      TEXTS.map((text, index) =>
        publisher.publish(`jobico.event.${tenant}.placed`, text, [['Nats-Msg-Id', `${index}`]]),
      ),
    );
    expect(await storedTexts(nats, tenant)).toEqual(TEXTS);
    publisher.close();
  }));

test.each([
  ['a line break in a header', 'jobico.event.t.placed', [['Nats-Msg-Id', 'a\r\nNats-Rollup: all']]],
  ['a line break in a header name', 'jobico.event.t.placed', [['a\r\nb', 'c']]],
  ['half of a surrogate pair in a header', 'jobico.event.t.placed', [['a', '\ud800']]],
  ['a line break in the subject', 'jobico.event.t.placed\r\nPUB x 0\r\n', []],
] as const)('%s is refused before anything is sent', (_what, subject, fields) =>
  withNats(async (nats) => {
    await expect(nats.publisher.publish(subject, '{}', fields)).rejects.toMatchObject({ code: 'too-large' });
  }),
);

test('each failure has its code: no stream, a full stream, a sequence that does not hold, too large', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q', { kind: 'strict' }, 1), ['placed']);
    const subject = `jobico.event.${tenant}.placed`;
    await expect(nats.publisher.publish(`jobico.event.${tenant}.other`, '{}')).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(nats.publisher.publish(subject, '{}', [['Nats-Expected-Last-Sequence', '7']])).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(
      nats.publisher.publish(subject, 'x'.repeat((nats.nc.info?.max_payload ?? 0) + 1)),
    ).rejects.toMatchObject({ code: 'too-large' });
    await nats.publisher.publish(subject, '{}');
    await expect(nats.publisher.publish(subject, '{}')).rejects.toMatchObject({ code: 'limit-exceeded' });
  }));

test('when the connection is lost, what was under way fails at once, and nothing of it is sent later', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    const subject = `jobico.event.${tenant}.placed`;
    const underWay = Promise.allSettled(Array.from({ length: 100 }, () => nats.publisher.publish(subject, '{}')));
    nats.publisher.disconnected();
    expect((await underWay).map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 'rejected'));
    await expect(nats.publisher.publish(subject, '{}')).rejects.toMatchObject({ code: 'unavailable' });
    nats.publisher.reconnected();
    await nats.publisher.publish(subject, '{}');
    expect(await storedTexts(nats, tenant)).toEqual(['{}']);
  }));

test('a server without room left is away: whoever publishes may try again', () =>
  withNats(async (nats) => {
    const subject = `full.${uniqueTenant()}`;
    // What a server answers that has no room on its disk.
    const error = { code: 500, err_code: 10_047, description: 'insufficient resources' };
    nats.nc.subscribe(subject, { callback: (_error, message) => void message.respond(JSON.stringify({ error })) });
    await expect(nats.publisher.publish(subject, '{}')).rejects.toMatchObject({
      code: 'unavailable',
      message: 'insufficient resources',
    });
  }));
