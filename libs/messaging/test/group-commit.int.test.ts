import {
  connectNats,
  createGroupCommit,
  createIdempotency,
  ensureQueue,
  ensureStreams,
  queueStream,
  type Durability,
  type HeaderFields,
  type Nats,
  type Publisher,
} from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKillableNats, type KillableNats } from '../../../test/support/killable-nats.ts';
import { queue, uniqueTenant } from './nats.ts';

// Each has a nats-server of its own, which waits for the disk.
vi.setConfig({ testTimeout: 60_000 });

interface Durable {
  server: KillableNats;
  nats: Nats;
  /** The one under test, for the queue `q`. */
  publisher: Publisher;
  publish: (text: string, id?: string, fields?: HeaderFields) => ReturnType<Publisher['publish']>;
  /** What the queue holds, oldest first. */
  stored: () => Promise<{ text: string; id: string; batch: string }[]>;
  told: string[];
}

let tenant: string;
beforeEach(() => void (tenant = uniqueTenant()));

/** A queue on a nats-server that waits for the disk before it answers. */
async function durable({
  maxEvents = -1,
  durability = 'durable',
}: { maxEvents?: number; durability?: Durability } = {}): Promise<Durable> {
  const server = await startKillableNats(inject('natsServerBinary'), { syncInterval: 'always' });
  const nats = await connectNats({ url: server.url, name: 'test', log: createSilentLogger(), durability });
  onTestFinished(() => nats.close());
  await ensureStreams(nats);
  await ensureQueue(nats, tenant, queue('q', { kind: 'strict' }, maxEvents), ['placed']);
  const stream = queueStream(tenant, 'q');
  const told: string[] = [];
  const publisher = createGroupCommit({
    publisher: nats.publisher,
    streamOf: () => stream,
    onNoBatches: (each) => told.push(each),
  });
  return {
    server,
    nats,
    publisher,
    told,
    publish: (text, id, fields = []) =>
      publisher.publish(`jobico.event.${tenant}.placed`, text, [
        ...(id === undefined ? [] : ([['Nats-Msg-Id', id]] as const)),
        ...fields,
      ]),
    stored: () => storedIn(nats, stream),
  };
}

async function storedIn({ jsm }: Nats, stream: string) {
  const found: { text: string; id: string; batch: string }[] = [];
  const { state } = await jsm.streams.info(stream);
  if (state.messages === 0) return found;
  for (let seq = 1; seq <= state.last_seq;) {
    for await (const message of await jsm.direct.getBatch(stream, { seq, batch: 500 })) {
      const { header } = message;
      found.push({ text: message.string(), id: header.get('Nats-Msg-Id'), batch: header.get('Nats-Batch-Id') });
      seq = message.seq + 1;
    }
  }
  return found;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
const countOf = (texts: readonly string[]) => new Set(texts).size;

test('what comes together is stored as one batch, in order, and each message gets its own sequence', async () => {
  const { publish, stored } = await durable();
  const acks = await Promise.all(numbers(200).map((text) => publish(text, `id-${text}`)));
  expect(acks.map(({ sequence }) => sequence)).toEqual(numbers(200).map((_, index) => index + 1));
  expect(acks.every(({ isDuplicate }) => !isDuplicate)).toBe(true);
  const messages = await stored();
  expect(messages.map(({ text }) => text)).toEqual(numbers(200));
  expect(messages.map(({ id }) => id)).toEqual(numbers(200).map((text) => `id-${text}`));
  expect(countOf(messages.map(({ batch }) => batch))).toBe(1);
  expect(messages[0]?.batch).not.toBe('');
});

test('more than a batch takes are stored in several, in order', async () => {
  const { publish, stored } = await durable();
  const large = 'x'.repeat(300_000);
  const texts = [...numbers(2500), ...numbers(40).map((text) => large + text)];
  const acks = await Promise.all(texts.map((text) => publish(text)));
  expect(acks.map(({ sequence }) => sequence)).toEqual(texts.map((_, index) => index + 1));
  const messages = await stored();
  expect(messages.map(({ text }) => text)).toEqual(texts);
  const batches = [...Map.groupBy(messages, ({ batch }) => batch).values()];
  expect(Math.max(...batches.map(({ length }) => length))).toBe(1000);
  const bytes = batches.map((batch) => batch.reduce((sum, { text }) => sum + text.length, 0));
  expect(Math.max(...bytes)).toBeLessThanOrEqual(4 << 20);
});

test('callers who send again and again: the next batch is on its way while they come, and each has its answer', async () => {
  const { publish, stored } = await durable();
  const order: string[] = [];
  const callers = numbers(40).map(async (caller) => {
    for (let n = 0; n < 20; n += 1) {
      const id = `${caller}-${n}`;
      const acks = [publish(id, id)];
      // In the same batch, which takes an id once; and of an earlier batch, for which this one is taken apart.
      if (caller === '3') acks.push(publish('the same', id));
      if (caller === '5' && n > 0) acks.push(publish('of before', `5-${n - 1}`));
      const answers = await Promise.all(acks);
      order.push(id);
      expect(answers.map(({ isDuplicate }) => isDuplicate)).toEqual([false, true].slice(0, acks.length));
    }
  });
  await Promise.all(callers);
  const messages = await stored();
  expect(messages.map(({ text }) => text).toSorted()).toEqual(order.toSorted());
  for (const caller of numbers(40)) {
    const texts = messages.filter(({ text }) => text.startsWith(`${caller}-`)).map(({ text }) => text);
    expect(texts).toEqual(numbers(20).map((n) => `${caller}-${n}`));
  }
  expect(countOf(messages.map(({ batch }) => batch))).toBeLessThan(200);
});

test('a few go by themselves, and what comes while they are stored is the next group', async () => {
  const { publish, stored } = await durable();
  const few = Promise.all(numbers(3).map((text) => publish(text)));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const next = Promise.all(numbers(50).map((text) => publish(`next-${text}`)));
  await Promise.all([few, next]);
  const batches = (await stored()).map(({ batch }) => batch);
  expect(batches.slice(0, 3)).toEqual(['', '', '']);
  expect(countOf(batches.slice(3))).toBe(1);
  expect(batches[3]).not.toBe('');
});

test('an id that comes twice, in one group or in two, is one message, and each caller is told which', async () => {
  const { publish, stored } = await durable();
  await publish('before', 'known');
  const ids = [...numbers(40), '7', 'known', ...numbers(60).map((text) => `more-${text}`)];
  const acks = await Promise.all(ids.map((id) => publish(`text of ${id}`, id)));
  expect(acks.flatMap(({ isDuplicate }, index) => (isDuplicate ? [index] : []))).toEqual([40, 41]);
  expect(acks[40]?.sequence).toBe(acks[7]?.sequence);
  expect(acks[41]?.sequence).toBe(1);
  const again = await Promise.all(ids.map((id) => publish('another text', id)));
  expect(again.every(({ isDuplicate }) => isDuplicate)).toBe(true);
  expect(again.map(({ sequence }) => sequence)).toEqual(acks.map(({ sequence }) => sequence));
  const wanted = ['known', ...ids.filter((id, index) => index !== 40 && index !== 41)];
  expect((await stored()).map(({ id }) => id)).toEqual(wanted);
});

test('a group in which everything was stored before is not searched for long', async () => {
  const { publish, stored } = await durable();
  const ids = numbers(600);
  const acks = await Promise.all(ids.map((id) => publish(id, id)));
  const again = await Promise.all(ids.map((id) => publish('again', id)));
  expect(again).toEqual(acks.map((ack) => ({ ...ack, isDuplicate: true })));
  expect((await stored()).map(({ text }) => text)).toEqual(ids);
});

test('a group that is being taken apart when the server hangs fails as a whole', async () => {
  const { nats, server, publish } = await durable();
  await publish('known', 'known');
  // The batch is refused, and then nobody may be left to answer for its halves.
  const group = Promise.allSettled(['known', ...numbers(400)].map((id) => publish(id, id)));
  await nats.nc.flush();
  server.pause();
  const codes = (await group).flatMap((each) =>
    each.status === 'rejected' ? [(each.reason as { code: string }).code] : [],
  );
  expect([...new Set(codes)].filter((code) => code !== 'unavailable')).toEqual([]);
});

test('a message that cannot be sent fails by itself', async () => {
  const { publish, stored, nats } = await durable();
  const most = nats.nc.info?.max_payload ?? 0;
  const results = await Promise.allSettled([
    ...numbers(20).map((text) => publish(text)),
    publish('bad', undefined, [['Name', 'a\r\nNats-Rollup: all']]),
    publish('x'.repeat(most + 1)),
    // It has room for what a batch adds to it no more, and is sent by itself.
    publish('x'.repeat(most - 40)),
    ...numbers(20).map((text) => publish(`more-${text}`)),
  ]);
  const codes = results.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { code: string }).code] : []));
  expect(codes).toEqual(['too-large', 'too-large']);
  const texts = (await stored()).map(({ text }) => (text.length > 1000 ? 'large' : text));
  expect(texts.toSorted()).toEqual([...numbers(20), ...numbers(20).map((text) => `more-${text}`), 'large'].toSorted());
});

test('a stream with too little room takes the first of a group, and the callers of the others are told', async () => {
  const { publish, stored } = await durable({ maxEvents: 50 });
  const results = await Promise.allSettled(numbers(80).map((text) => publish(text)));
  expect(results.map(({ status }) => status)).toEqual(numbers(80).map((_, at) => (at < 50 ? 'fulfilled' : 'rejected')));
  expect(results[79]).toMatchObject({ reason: { code: 'limit-exceeded' } });
  expect((await stored()).map(({ text }) => text)).toEqual(numbers(50));
});

test('a stream that takes no batches gets the messages one by one, and that is told once', async () => {
  const { publish, stored, told } = await durable({ durability: 'standard' });
  await Promise.all(numbers(50).map((text) => publish(text)));
  await Promise.all(numbers(50).map((text) => publish(`more-${text}`)));
  expect((await stored()).map(({ text }) => text)).toEqual([
    ...numbers(50),
    ...numbers(50).map((text) => `more-${text}`),
  ]);
  expect(told).toEqual([queueStream(tenant, 'q')]);
});

test('a subject that no stream takes has the code that it always has', async () => {
  const { publisher } = await durable();
  const results = await Promise.allSettled(
    numbers(20).map((text) => publisher.publish(`jobico.event.${tenant}.nothing`, text)),
  );
  expect(results.every((each) => each.status === 'rejected')).toBe(true);
  expect(results[0]).toMatchObject({ reason: { code: 'not-found' } });
});

test('ids are claimed together, each once', async () => {
  const { nats } = await durable();
  const publisher = createGroupCommit({
    publisher: nats.publisher,
    streamOf: () => 'KV_idempotency',
    onNoBatches: (stream) => expect.unreachable(stream),
  });
  const idempotency = await createIdempotency(nats, publisher);
  const ids = [...numbers(60), '5', '6'];
  const claims = await Promise.all(
    ids.map((id, index) =>
      idempotency.claim({ tenant, event: 'placed', id, fingerprint: index === 61 ? 'other' : '' }),
    ),
  );
  expect(claims.map(({ state }) => state)).toEqual([...numbers(60).map(() => 'new'), 'begun', 'other']);
  await Promise.all(ids.slice(0, 60).map((id) => idempotency.stored({ tenant, event: 'placed', id, fingerprint: '' })));
  const again = await Promise.all(
    ids.slice(0, 60).map((id) => idempotency.claim({ tenant, event: 'placed', id, fingerprint: '' })),
  );
  expect(new Set(again.map(({ state }) => state))).toEqual(new Set(['stored']));
});

test('a server that hangs: the group fails, and what is gathered behind it is not sent', async () => {
  const { server, publish, stored } = await durable();
  server.pause();
  const group = numbers(20).map((text) => publish(text, `id-${text}`));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const behind = numbers(20).map((text) => publish(`behind-${text}`));
  const results = await Promise.allSettled([...group, ...behind]);
  expect(new Set(results.map((each) => each.status === 'rejected' && (each.reason as { code: string }).code))).toEqual(
    new Set(['unavailable']),
  );
  server.resume();
  await vi.waitFor(async () => expect((await publish('0', 'id-0')).sequence).toBeGreaterThan(0));
  await Promise.all(numbers(20).map((text) => publish(text, `id-${text}`)));
  expect((await stored()).map(({ id }) => id)).toEqual(numbers(20).map((text) => `id-${text}`));
});

test('the server is killed again and again: what was accepted is there, and nothing twice after the callers tried again', async () => {
  const { server, publish, stored } = await durable();
  const accepted = new Set<string>();
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const callers = numbers(100).map(async (caller) => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      const id = `${caller}-${n}`;
      await vi.waitFor(() => publish(id, id), { timeout: 20_000, interval: 50 });
      accepted.add(id);
    }
  });
  for (let kill = 0; kill < 3; kill += 1) {
    const before = accepted.size;
    await vi.waitFor(() => expect(accepted.size).toBeGreaterThan(before + 300), { timeout: 20_000, interval: 1 });
    await server.kill();
    await server.start();
  }
  over.abort();
  await Promise.all(callers);
  const ids = (await stored()).map(({ id }) => id);
  expect(countOf(ids)).toBe(ids.length);
  expect(new Set(ids)).toEqual(accepted);
});
