import { queueOf, type PackageVersion } from '@jobico/contract';
import {
  createOutcomes,
  ensureQueue,
  findStoredEvent,
  listStored,
  queueStream,
  replayStored,
  type Definitions,
  type Nats,
} from '@jobico/messaging';
import { expect, test } from 'vitest';
import { execution, queue, uniqueTenant, withNats } from './nats.ts';

const definitions = {
  event: () => ({ queue: queueOf({ id: 'q' }), version: {} as PackageVersion }),
} as unknown as Definitions;

/** Runs with a queue that holds three events, of which the first two have their outcome. */
async function withStored(work: (nats: Nats, tenant: string) => Promise<void>): Promise<void> {
  await withNats(async (nats) => {
    const tenant = uniqueTenant();
    await ensureQueue(nats, tenant, queue('q'), ['placed']);
    for (const n of [1, 2, 3]) {
      await nats.publisher.publish(`jobico.event.${tenant}.placed`, `{"n":${n}.10}`, [['Nats-Msg-Id', `e${n}`]]);
    }
    const outcomes = createOutcomes(nats, tenant, 'q');
    for (const n of [1, 2]) {
      const stored = await nats.jsm.streams.getMessage(queueStream(tenant, 'q'), { seq: n });
      const event = { id: `e${n}`, name: 'placed', time: stored?.time.toISOString() ?? '' };
      await outcomes.commit(execution(tenant, n, { event }));
    }
    await work(nats, tenant);
  });
}

const replay = async (nats: Nats, tenant: string, changes: object = {}) =>
  await replayStored(nats, definitions, { tenant, queue: 'q', limit: 1000, dryRun: false, ...changes });

const textsIn = async (nats: Nats, tenant: string) => {
  const { state } = await nats.jsm.streams.info(queueStream(tenant, 'q'));
  const texts = [];
  for (let seq = 1; seq <= state.last_seq; seq += 1) {
    texts.push((await nats.jsm.streams.getMessage(queueStream(tenant, 'q'), { seq }))?.string());
  }
  return texts;
};

test('what is settled comes once more, with every digit and where it came from; what waits does not', () =>
  withStored(async (nats, tenant) => {
    const dry = await replay(nats, tenant, { dryRun: true, replay: 'r1' });
    expect(dry?.items.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['e1', 'replayed'],
      ['e2', 'replayed'],
      ['e3', 'waiting'],
    ]);
    expect(await textsIn(nats, tenant)).toHaveLength(3);
    const done = await replay(nats, tenant, { replay: 'r1' });
    expect(done).toEqual({ ...dry, items: dry?.items });
    expect((await textsIn(nats, tenant)).slice(3)).toEqual(['{"n":1.10}', '{"n":2.10}']);
    expect(await findStoredEvent(nats, tenant, 'e2:replay:r1')).toMatchObject({
      name: 'placed',
      source: 'replay',
      replayOf: { event: 'e2', replay: 'r1' },
    });
  }));

test('a replay that is repeated under its name adds nothing, long after the queue has forgotten the ids', () =>
  withStored(async (nats, tenant) => {
    const first = await replay(nats, tenant, { limit: 1 });
    expect(first).toMatchObject({ items: [{ id: 'e1', outcome: 'replayed' }], next: expect.any(String) as string });
    await nats.jsm.streams.update(queueStream(tenant, 'q'), { duplicate_window: 100_000_000 });
    const publishAgain = () => nats.publisher.publish(`jobico.queue.${tenant}.q`, '', [['Nats-Msg-Id', 'later']]);
    await publishAgain();
    await expect.poll(async () => (await publishAgain()).isDuplicate, { timeout: 5000 }).toBe(false);
    const again = await replay(nats, tenant, { replay: first?.replay });
    expect(again?.items.map(({ id, outcome }) => [id, outcome]).slice(0, 2)).toEqual([
      ['e1', 'already'],
      ['e2', 'replayed'],
    ]);
  }));

test('a replay goes on page after page, and never to what it has put there itself', () =>
  withStored(async (nats, tenant) => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await replay(nats, tenant, { limit: 1, after });
      seen.push(...(page?.items ?? []).map(({ id }) => id));
      after = page?.next;
    } while (after !== undefined);
    expect(seen).toEqual(['e1', 'e2', 'e3']);
  }));

test('what a queue holds is listed newest first, by time, name and key, page after page', () =>
  withStored(async (nats, tenant) => {
    const query = { tenant, queue: 'q', limit: 2 };
    const first = await listStored(nats, query);
    expect(first?.items.map(({ id }) => id)).toEqual(['e3', 'e2']);
    const rest = await listStored(nats, { ...query, after: first?.next });
    expect(rest?.items.map(({ id }) => id)).toEqual(['e1']);
    expect((await listStored(nats, { ...query, untilMs: Date.now() - 3_600_000 }))?.items).toEqual([]);
    expect((await listStored(nats, { ...query, event: 'refunded' }))?.items).toEqual([]);
    expect(await listStored(nats, { ...query, queue: 'nobodys' })).toBeUndefined();
  }));
