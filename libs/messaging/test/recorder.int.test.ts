import type { Followed, LiveLines } from '@jobico/contract';
import { createEventId, createOutcomes, createRecorder, publishLiveLines, type FollowFilter } from '@jobico/messaging';
import type { Nats } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { execution, uniqueTenant, withNats } from './nats.ts';

test('lists are newest first, page by page, each execution once, of this tenant only', () =>
  withNats(async (nats) => {
    const [tenant, other] = [uniqueTenant(), uniqueTenant()];
    for (let sequence = 1; sequence <= 25; sequence += 1) {
      await createOutcomes(nats, tenant, 'q').commit(execution(tenant, sequence));
      await createOutcomes(nats, other, 'q').commit(execution(other, sequence));
    }
    const recorder = createRecorder(nats);
    const seen: number[] = [];
    let after: string | undefined;
    do {
      const page = await recorder.list({ tenant, limit: 10, after });
      seen.push(...page.items.map(({ sequence }) => sequence));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index));
  }));

test('filters are by status and job; an execution is found by its id; an event by its own', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const outcomes = createOutcomes(nats, tenant, 'q');
    const failed = execution(tenant, 2, { status: 'failed', job: 'other' });
    await outcomes.commit(execution(tenant, 1));
    await outcomes.commit(failed);
    const recorder = createRecorder(nats);
    expect((await recorder.list({ tenant, limit: 10, status: 'failed' })).items.map(({ id }) => id)).toEqual([
      failed.id,
    ]);
    expect((await recorder.list({ tenant, limit: 10, job: 'j' })).items).toHaveLength(1);
    expect((await recorder.list({ tenant, limit: 10, event: 'e2' })).items.map(({ id }) => id)).toEqual([failed.id]);
    expect(await recorder.get(tenant, failed.id)).toEqual(failed);
    expect(await recorder.get(uniqueTenant(), failed.id)).toBeUndefined();
  }));

test('a cursor that is none is refused', () =>
  withNats(async (nats) => {
    await expect(createRecorder(nats).list({ tenant: 'x', limit: 1, after: 'no' })).rejects.toMatchObject({
      code: 'bad-request',
    });
  }));

test('a watcher sees executions as they end, and after a break those it missed', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const recorder = createRecorder(nats);
    const outcomes = createOutcomes(nats, tenant, 'q');
    await outcomes.commit(execution(tenant, 1));
    const first = (await recorder.list({ tenant, limit: 1 })).items[0];
    const { state } = await nats.jsm.streams.info('EXECUTIONS');
    await outcomes.commit(execution(tenant, 2));
    await outcomes.commit(execution(tenant, 3));
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const { execution: each } of recorder.watch({ tenant, afterSequence: state.last_seq }, stop.signal)) {
      seen.push(each.sequence);
      if (seen.length === 2) stop.abort();
    }
    expect(first?.sequence).toBe(1);
    expect(seen).toEqual([2, 3]);
  }));

/** What the execution logs at that moment. */
function live(tenant: string, id: string, sequence: number, changes: Partial<LiveLines> = {}): LiveLines {
  const lines = [{ time: new Date().toISOString(), level: 'info' as const, message: `line of ${sequence}` }];
  const event = { id: `e${sequence}`, name: 'placed' };
  const where = { tenant, package: 'p', version: 1, job: 'j', node: 'n' };
  return { ...where, execution: id, event, attempt: 1, from: 0, lines, ...changes };
}

/** The first of what follows, as `lines <id>` or `record <id>`, and where each stands. */
async function followed(nats: Nats, filter: FollowFilter, howMany: number) {
  const seen: { sequence: number; item: Followed }[] = [];
  const stop = new AbortController();
  for await (const each of createRecorder(nats).follow(filter, stop.signal)) {
    seen.push(each);
    if (seen.length === howMany) stop.abort();
  }
  const words = seen.map(({ item }) =>
    'live' in item ? `lines ${item.live.execution}` : `record ${item.execution.id}`,
  );
  return { seen, words };
}

test('who follows sees what runs log and their records in the order in which they came, and goes on after a break', () =>
  withNats(async (nats) => {
    const [tenant, id] = [uniqueTenant(), createEventId()];
    const outcomes = createOutcomes(nats, tenant, 'q');
    await publishLiveLines(nats, live(tenant, id, 1), 60_000);
    await outcomes.commit(execution(tenant, 2, { id: 'other', job: 'k' }));
    await publishLiveLines(nats, live(tenant, id, 1, { from: 1 }), 60_000);
    await outcomes.commit(execution(tenant, 1, { id }));

    const all = await followed(nats, { tenant, afterSequence: 0 }, 4);
    expect(all.words).toEqual([`lines ${id}`, 'record other', `lines ${id}`, `record ${id}`]);
    const ofJob = await followed(nats, { tenant, job: 'j', afterSequence: 0 }, 3);
    expect(ofJob.words).toEqual([`lines ${id}`, `lines ${id}`, `record ${id}`]);
    const rest = await followed(nats, { tenant, execution: id, afterSequence: all.seen[1]?.sequence }, 2);
    expect(rest.words).toEqual([`lines ${id}`, `record ${id}`]);
  }));

test('who follows a run that was cut short sees it end with the run in its place', () =>
  withNats(async (nats) => {
    const [tenant, id, next] = [uniqueTenant(), createEventId(), createEventId()];
    const outcomes = createOutcomes(nats, tenant, 'q');
    await outcomes.commit(execution(tenant, 1, { id: 'before', status: 'retry' }));
    await publishLiveLines(nats, live(tenant, id, 1, { attempt: 2 }), 60_000);
    await outcomes.commit(execution(tenant, 2, { id: 'beside' }));
    await publishLiveLines(nats, live(tenant, next, 1, { attempt: 2 }), 60_000);
    await outcomes.commit(execution(tenant, 1, { id: next, attempt: 2 }));

    const { words } = await followed(nats, { tenant, execution: id }, 2);
    expect(words).toEqual([`lines ${id}`, `record ${next}`]);
  }));

test('what runs log is nothing to lists, to look-ups, nor to what is settled', () =>
  withNats(async (nats) => {
    const [tenant, id] = [uniqueTenant(), createEventId()];
    const outcomes = createOutcomes(nats, tenant, 'q');
    await outcomes.prepare([1], Date.now() - 1000);
    await publishLiveLines(nats, live(tenant, id, 1), 60_000);

    expect(await createRecorder(nats).list({ tenant, limit: 10 })).toEqual({ items: [] });
    expect(await createRecorder(nats).list({ tenant, limit: 10, event: 'e1' })).toEqual({ items: [] });
    expect(await createRecorder(nats).get(tenant, id)).toBeUndefined();
    expect(await outcomes.latest([1], Date.now() - 1000)).toEqual(new Map());
    expect(await outcomes.commit(execution(tenant, 1, { id }))).toEqual({ isOurs: true });
    expect((await createRecorder(nats).list({ tenant, limit: 10 })).items.map((item) => item.id)).toEqual([id]);
  }));

test('what runs log is gone after its time, and records stay', () =>
  withNats(async (nats) => {
    const [tenant, id] = [uniqueTenant(), createEventId()];
    await publishLiveLines(nats, live(tenant, id, 1), 1000);
    await createOutcomes(nats, tenant, 'q').commit(execution(tenant, 1, { id }));
    const subjects = async () => {
      const filter = { subjects_filter: `jobico.*.${tenant}.>` };
      const { state } = await nats.jsm.streams.info('EXECUTIONS', filter);
      return Object.keys(state.subjects ?? {}).map((subject) => subject.split('.')[1]);
    };

    expect((await subjects()).toSorted()).toEqual(['execution', 'log']);
    await expect.poll(subjects, { timeout: 10_000 }).toEqual(['execution']);
  }));
