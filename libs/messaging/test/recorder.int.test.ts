import { createOutcomes, createRecorder } from '@jobico/messaging';
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
