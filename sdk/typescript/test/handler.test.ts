import { expect, test } from 'vitest';
import { createHandler } from '../src/handler.ts';
import type { HostEvent } from '../src/host/host.ts';
import { createHttp } from '../src/http.ts';
import { defineJob, HostError, PermanentError, RetryError, type Job } from '../src/index.ts';
import { createKv } from '../src/kv.ts';
import { createFakeHost, refusal } from './support/fake-host.ts';

const event: HostEvent = {
  id: 'e-1',
  tenant: 'acme',
  name: 'order-placed',
  key: null,
  time: '2026-03-04T05:06:07Z',
  attempt: 2,
  data: '{"total":7}',
};

function handle<Data>(job: Job<Data>, given: Partial<HostEvent> = {}, host = createFakeHost()) {
  return createHandler(job, host, { createKv, createHttp }).handle({ ...event, ...given });
}

/** What a handler throws is a failure of the WIT, no error. */
async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (failure) {
    return failure;
  }
  throw new Error('it did not fail');
}

test('what a job returns becomes JSON text', () => {
  expect(handle(defineJob<{ total: number }>(({ data }) => ({ twice: data.total * 2 })))).toBe('{"twice":14}');
});

test('a job that returns nothing has no result', () => {
  expect(handle(defineJob(() => undefined))).toBeUndefined();
});

test('null is a result', () => {
  expect(handle(defineJob(() => null))).toBe('null');
});

test('a job sees the whole event, and no key where there is none', () => {
  const job = defineJob((received) => received);
  expect(JSON.parse(handle(job) as string)).toEqual({
    id: 'e-1',
    tenant: 'acme',
    name: 'order-placed',
    time: '2026-03-04T05:06:07Z',
    attempt: 2,
    data: { total: 7 },
  });
});

test('the result of an async job is what its promise is fulfilled with', async () => {
  await expect(handle(defineJob(async () => Promise.resolve(5)))).resolves.toBe('5');
});

test('PermanentError ends the event with its message alone', async () => {
  const job = defineJob(() => {
    throw new PermanentError('nobody ships there');
  });
  expect(await failureOf(() => handle(job))).toEqual({ tag: 'permanent', val: 'nobody ships there' });
});

test('RetryError has the event tried again with its message alone', async () => {
  const job = defineJob(() => {
    throw new RetryError('the bank is slow');
  });
  expect(await failureOf(() => handle(job))).toEqual({ tag: 'retry', val: 'the bank is slow' });
});

test('an async job fails like any other', async () => {
  const job = defineJob(async () => Promise.reject(new PermanentError('later, never')));
  expect(await failureOf(() => handle(job))).toEqual({ tag: 'permanent', val: 'later, never' });
});

test('any other error is tried again, with its stack and cause in the message', async () => {
  const job = defineJob(() => {
    throw new TypeError('no such field', { cause: new RangeError('inner') });
  });
  const failure = await failureOf(() => handle(job));
  expect(failure).toMatchObject({ tag: 'retry' });
  expect(failure).toMatchObject({
    val: expect.stringMatching(/^TypeError: no such field\n +at [^]*handler\.test\.ts/),
  });
  expect(failure).toMatchObject({ val: expect.stringContaining('caused by RangeError: inner') });
});

test.each([
  ['a text', 'oops', 'oops'],
  ['an object', { status: 5 }, '{"status":5}'],
  ['nothing', undefined, 'undefined'],
  ['half a character', '\ud800', '\ufffd'],
])('%s thrown is tried again', async (_, thrown, val) => {
  const job = defineJob(() => {
    throw thrown;
  });
  expect(await failureOf(() => handle(job))).toEqual({ tag: 'retry', val });
});

test('a result without JSON is tried again, not a trap', async () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  expect(await failureOf(() => handle(defineJob(() => cycle)))).toMatchObject({ tag: 'retry' });
  expect(await failureOf(() => handle(defineJob(async () => Promise.resolve(cycle))))).toMatchObject({ tag: 'retry' });
});

test('data that the job cannot read is permanent, because it stays as it is', async () => {
  const parse = (): never => {
    throw new SyntaxError('no');
  };
  const failure = await failureOf(() => handle(defineJob({ run: () => 1, parse })));
  expect(failure).toMatchObject({ tag: 'permanent', val: expect.stringContaining('SyntaxError: no') });
});

test('a parse of its own keeps digits that a number would lose', () => {
  const job = defineJob({ parse: (json) => json, run: ({ data }) => data });
  expect(handle(job, { data: '{"id":12345678901234567890}' })).toBe('"{\\"id\\":12345678901234567890}"');
});

test('defineJob refuses what is no job', () => {
  expect(() => defineJob({} as never)).toThrow(TypeError);
});

test('config gives what is granted, and undefined for the rest', () => {
  const job = defineJob((_, { config }) => [config.get('currency'), config.get('other') === undefined]);
  expect(handle(job, {}, createFakeHost({ config: { currency: 'EUR' } }))).toBe('["EUR",true]');
});

test('emit hands over JSON and the key', () => {
  const host = createFakeHost();
  const job = defineJob((_, { emit }) => {
    emit('label', { name: 'bug' });
    emit('label', 1, { key: 'k' });
  });
  handle(job, {}, host);
  expect(host.emitted).toEqual([
    ['label', '{"name":"bug"}', null],
    ['label', '1', 'k'],
  ]);
});

test('a refused emit is a HostError that names the event', async () => {
  const host = createFakeHost();
  host.outbox.emit = () => {
    throw refusal('denied', 'not granted');
  };
  const job = defineJob((_, { emit }) => {
    try {
      emit('label', {});
    } catch (error) {
      return error instanceof HostError && [error.code, error.message, error.detail];
    }
  });
  expect(handle(job, {}, host)).toBe('["denied","emit label: denied: not granted","not granted"]');
});
