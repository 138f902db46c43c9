import { defineJob, HostError, PermanentError } from '@jobico/sdk';
import { runJob } from '@jobico/sdk/testing';
import { expect, test } from 'vitest';

const job = defineJob<{ sku: string }, { cents: number }>(
  async ({ data, key, attempt }, { config, kv, http, emit, log }) => {
    if (data.sku === '') throw new PermanentError('no sku');
    log.info(`attempt ${attempt}`, key);
    const kept = kv.bucket('prices').get(data.sku)?.json() as { cents: number } | undefined;
    if (kept) return kept;
    const response = http.fetch(`https://prices.example.com/${data.sku}`, {
      headers: { token: config.get('TOKEN') ?? '' },
    });
    const price = (await Promise.resolve(response.json())) as { cents: number };
    kv.bucket('prices').setJson(data.sku, price);
    emit('price-found', price, { key: data.sku });
    return price;
  },
);

test('a job gets its event, and what it returns, logs, raises, requests and stores can be looked at', async () => {
  const run = await runJob(
    job,
    { data: { sku: 'tea' }, key: 'c-1', attempt: 2 },
    { config: { TOKEN: 'hush' }, kv: { prices: {} }, http: ({ url }) => ({ json: { cents: url.length } }) },
  );
  expect(run).toMatchObject({
    status: 'ok',
    result: { cents: 30 },
    logs: [{ level: 'info', message: 'attempt 2 c-1' }],
    emitted: [{ event: 'price-found', data: { cents: 30 }, key: 'tea' }],
    requests: [{ method: 'GET', url: 'https://prices.example.com/tea', headers: { token: 'hush' }, body: '' }],
  });
  expect(run.kv.json('prices', 'tea')).toEqual({ cents: 30 });
});

test('a bucket begins with what the test puts there', async () => {
  const run = await runJob(job, { data: { sku: 'tea' } }, { kv: { prices: { tea: { cents: 5 } } } });
  expect(run).toMatchObject({ status: 'ok', result: { cents: 5 }, requests: [] });
});

test('what is not granted is denied, and what the host refuses fails as on the platform', async () => {
  expect(await runJob(job, { data: { sku: 'tea' } })).toMatchObject({
    status: 'retry',
    message: expect.stringContaining('denied: bucket prices is not granted'),
  });
  const unsent = await runJob(job, { data: { sku: 'tea' } }, { kv: { prices: {} } });
  expect(unsent).toMatchObject({
    status: 'retry',
    message: expect.stringContaining('https://prices.example.com is not granted'),
  });
  const late = await runJob(
    job,
    { data: { sku: 'tea' } },
    {
      kv: { prices: {} },
      http: () => {
        throw new HostError('timeout', 'GET');
      },
    },
  );
  expect(late).toMatchObject({ status: 'retry', message: expect.stringContaining('timeout') });
});

test('a failure that was meant is told by its message alone', async () => {
  expect(await runJob(job, { data: { sku: '' } })).toMatchObject({ status: 'permanent', message: 'no sku' });
});
