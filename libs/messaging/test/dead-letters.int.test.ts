import { createDeadLetters, redriveLetters, type DeadLetterQuery, type Nats } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { bury, lettersOf } from './letters.ts';
import { uniqueTenant, withNats } from './nats.ts';

async function idsOf(nats: Nats, query: Omit<DeadLetterQuery, 'limit'>): Promise<string[]> {
  const { items } = await createDeadLetters(nats).list({ ...query, limit: 100 });
  return items.map(({ id }) => id);
}

/** Every page of a query, and how many it took. */
async function paged(nats: Nats, query: DeadLetterQuery, direction: 'list' | 'select') {
  const deadLetters = createDeadLetters(nats);
  const ids: string[] = [];
  let pages = 0;
  for (let after: string | undefined, isLast = false; !isLast; pages += 1) {
    const asked = { ...query, ...(after !== undefined && { after }) };
    const { next, ...page } = await deadLetters[direction](asked);
    ids.push(...('items' in page ? page.items : page.letters).map(({ id }) => id));
    after = next;
    isLast = next === undefined;
  }
  return { ids, pages };
}

test('every filter takes the letters that it names, and together they narrow each other down', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const old = await bury(nats, tenant, { time: '2026-01-01T10:00:00.000Z' });
    const other = await bury(nats, tenant, {
      queue: 'q2',
      event: { id: 'e2', name: 'paid' },
      package: 'p2',
      job: 'j2',
    });
    const trap = await bury(nats, tenant, { error: { code: 'trap', message: 'unreachable' } });
    expect(await idsOf(nats, { tenant })).toEqual([trap, other, old]);
    expect(await idsOf(nats, { tenant, queue: 'q2' })).toEqual([other]);
    expect(await idsOf(nats, { tenant, event: 'paid' })).toEqual([other]);
    expect(await idsOf(nats, { tenant, package: 'p2' })).toEqual([other]);
    expect(await idsOf(nats, { tenant, job: 'j' })).toEqual([trap, old]);
    expect(await idsOf(nats, { tenant, code: 'trap' })).toEqual([trap]);
    expect(await idsOf(nats, { tenant, until: '2026-01-01T10:00:00Z' })).toEqual([old]);
    expect(await idsOf(nats, { tenant, since: '2026-01-01T10:00:00.001Z' })).toEqual([trap, other]);
    expect(await idsOf(nats, { tenant, ids: `${old},${trap}` })).toEqual([trap, old]);
    expect(await idsOf(nats, { tenant, ids: `${old},${trap}`, code: 'permanent' })).toEqual([old]);
  }));

test('pages of a filtered list hold every match once, newest first; those to be worked on oldest first', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const ids: string[] = [];
    for (let n = 0; n < 9; n += 1) {
      ids.push(await bury(nats, tenant, { job: 'j' }));
      await bury(nats, tenant, { job: 'other' });
    }
    expect(await paged(nats, { tenant, job: 'j', limit: 4 }, 'list')).toEqual({ ids: ids.toReversed(), pages: 3 });
    expect(await paged(nats, { tenant, job: 'j', limit: 4 }, 'select')).toEqual({ ids, pages: 3 });
    const named = ids.slice(2, 8).join(',');
    expect((await paged(nats, { tenant, ids: named, limit: 4 }, 'list')).ids).toEqual(ids.slice(2, 8).toReversed());
    expect((await paged(nats, { tenant, ids: named, limit: 4 }, 'select')).ids).toEqual(ids.slice(2, 8));
  }));

test('what becomes a dead letter while the others are worked on is not among them', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const deadLetters = createDeadLetters(nats);
    const first = await bury(nats, tenant);
    const second = await bury(nats, tenant);
    const page = await deadLetters.select({ tenant, limit: 1 });
    expect(page.letters.map(({ id }) => id)).toEqual([first]);
    await bury(nats, tenant);
    const rest = await deadLetters.select({ tenant, limit: 10, after: page.next ?? '' });
    expect(rest.letters.map(({ id }) => id)).toEqual([second]);
    expect(rest.next).toBeUndefined();
  }));

test('a page ends before it is too large for one answer', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await bury(nats, tenant, {}, JSON.stringify('x'.repeat(1 << 20))));
    const page = await createDeadLetters(nats).select({ tenant, limit: 1000 });
    expect(page.letters).toHaveLength(3);
    expect((await paged(nats, { tenant, limit: 1000 }, 'select')).ids).toEqual(ids);
  }));

test('a letter shows its payload with every digit and as deep as an event may be', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const deepest = `${'['.repeat(200)}${']'.repeat(200)}`;
    const payloads = ['{"n":9007199254740993,"m":1.10,"e":1E400}', deepest, '"text"', 'null'];
    for (const payload of payloads) await bury(nats, tenant, {}, payload);
    expect((await lettersOf(nats, tenant)).map(({ data }) => JSON.stringify(data))).toEqual(payloads);
  }));

test("a letter is its tenant's alone, and what stands beside the letters is none", () =>
  withNats(async (nats) => {
    const [tenant, other] = [uniqueTenant(), uniqueTenant()];
    const deadLetters = createDeadLetters(nats);
    const id = await bury(nats, tenant);
    expect(await deadLetters.get(tenant, id)).toMatchObject({ id, tenant });
    expect(await deadLetters.get(other, id)).toBeUndefined();
    expect((await deadLetters.select({ tenant: other, ids: id, limit: 10 })).letters).toEqual([]);
    const { sequence } = await nats.publisher.publish(`jobico.deadletter.${tenant}.q.placed.${id}`, '');
    expect(await deadLetters.get(tenant, String(sequence))).toBeUndefined();
    expect(await idsOf(nats, { tenant })).toEqual([id]);
    expect(await idsOf(nats, { tenant, ids: String(sequence) })).toEqual([]);
  }));

test('a dropped letter is gone for good; dropping it again is no failure', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const deadLetters = createDeadLetters(nats);
    const dropped = await bury(nats, tenant);
    const kept = await bury(nats, tenant);
    const { letters } = await deadLetters.select({ tenant, ids: dropped, limit: 10 });
    const result = { id: dropped, queue: 'q', event: { id: 'e1', name: 'placed' }, outcome: 'dropped' };
    expect(await deadLetters.drop(letters)).toEqual([result]);
    expect(await deadLetters.drop(letters)).toEqual([result]);
    expect(await idsOf(nats, { tenant })).toEqual([kept]);
  }));

test('a letter that was dropped before its redrive came to it stays dropped', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    await bury(nats, tenant);
    const letters = await lettersOf(nats, tenant);
    await createDeadLetters(nats).drop(letters);
    const [result] = await redriveLetters({ nats, isDeclared: () => true }, letters);
    expect(result).toMatchObject({ outcome: 'already', reason: expect.stringContaining('meanwhile') as string });
  }));

test('a cursor that is none is refused', () =>
  withNats(async (nats) => {
    const deadLetters = createDeadLetters(nats);
    const query = { tenant: uniqueTenant(), limit: 1, after: 'x' };
    await expect(deadLetters.list(query)).rejects.toMatchObject({ code: 'bad-request' });
    await expect(deadLetters.list({ ...query, ids: '1' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(deadLetters.select(query)).rejects.toMatchObject({ code: 'bad-request' });
  }));
