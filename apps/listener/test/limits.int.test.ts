import { createTenantLimitStore, type TenantLimitStore } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import type { TenantLimits } from '@jobico/contract';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { startListener } from '../src/index.ts';
import { answerOf, front, type Answer, type Front } from './support/front.ts';

interface Stage extends Front {
  store: TenantLimitStore;
  limit: (limits: { [L in keyof TenantLimits]?: number | null }) => Promise<unknown>;
}

async function stage(): Promise<Stage> {
  const entrance = await front();
  await entrance.declare({ placed: undefined });
  const store = await createTenantLimitStore(entrance.nats);
  return { ...entrance, store, limit: (limits) => store.set(entrance.tenant, limits) };
}

const limited = async ({ post }: Front, isLimited = true) =>
  await vi.waitFor(async () => {
    const { headers } = await post('placed', { data: [0] });
    expect(headers.has('ratelimit-policy')).toBe(isLimited);
  });

/** Sends one event after another for a time, several at once; answers how many were accepted. */
async function flood(url: string, tenant: string, ms: number, callers = 4): Promise<Answer[]> {
  const answers: Answer[] = [];
  const until = performance.now() + ms;
  const headers = { 'content-type': 'application/json' };
  const caller = async () => {
    while (performance.now() < until) {
      answers.push(
        await answerOf(fetch(`${url}/events/${tenant}/placed`, { method: 'POST', headers, body: '{"data":[1]}' })),
      );
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return answers;
}

/** Patient: on a busy machine every request takes its time. */
vi.setConfig({ testTimeout: 60_000 });

const accepted = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 202).length;

test('beyond the rate: 429 with Retry-After and RateLimit; nothing of it is stored; the rate itself is kept', async () => {
  const entrance = await stage();
  await entrance.limit({ eventsPerSecond: 5 });
  await limited(entrance);
  const before = (await entrance.stored()).length;
  const startedAt = performance.now();
  const answers = await flood(entrance.listener.url, entrance.tenant, 3000);
  const refused = answers.filter(({ status }) => status === 429);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 429]));
  for (const { headers, body } of refused.slice(0, 20)) {
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(headers.get('ratelimit-policy')).toBe('"events";q=5;w=1');
    expect(headers.get('ratelimit')).toMatch(/^"events";r=\d+;t=[01]$/);
    expect(body).toMatchObject({ code: 'limit-exceeded', details: { limit: 'eventsPerSecond', allowed: 5 } });
  }
  // A second's worth at once, then five a second; the last requests end after the time is over.
  const seconds = (performance.now() - startedAt) / 1000;
  expect(accepted(answers)).toBeGreaterThanOrEqual(10);
  expect(accepted(answers)).toBeLessThanOrEqual(5 * (seconds + 1) + 1);
  expect((await entrance.stored()).length - before).toBe(accepted(answers));
});

test('a limit is live at once, and so is its end; another tenant is not touched by it', async () => {
  const entrance = await stage();
  const other = await stage();
  await entrance.limit({ eventsPerSecond: 1 });
  await limited(entrance);
  const answers = await flood(entrance.listener.url, entrance.tenant, 1000);
  expect(answers.some(({ status }) => status === 429)).toBe(true);
  expect(accepted(await flood(other.listener.url, other.tenant, 1000))).toBeGreaterThan(2);
  await entrance.limit({ eventsPerSecond: null });
  await limited(entrance, false);
  expect((await flood(entrance.listener.url, entrance.tenant, 100)).every(({ status }) => status === 202)).toBe(true);
  expect(await entrance.store.get(entrance.tenant)).toEqual({});
});

test('several listeners keep to one limit together, however unevenly they are asked', async () => {
  const entrance = await stage();
  const others = await Promise.all(
    [1, 2].map(() => startListener({ natsUrl: inject('natsUrl'), log: createSilentLogger(), version: '0', port: 0 })),
  );
  onTestFinished(async () => void (await Promise.all(others.map((each) => each.stop()))));
  await entrance.limit({ eventsPerSecond: 6 });
  await limited(entrance);
  const urls = [entrance.listener.url, ...others.map(({ url }) => url)];
  // Until each has told the others what it is asked for.
  await Promise.all(urls.map((url, n) => flood(url, entrance.tenant, 2000, n + 1)));
  const startedAt = performance.now();
  const answers = await Promise.all(urls.map((url, n) => flood(url, entrance.tenant, 5000, n + 1)));
  const seconds = (performance.now() - startedAt) / 1000;
  const sum = answers.map(accepted).reduce((a, b) => a + b, 0);
  expect({ sum, isKept: sum >= 15 && sum <= 6 * (seconds + 1) * 1.2 }).toEqual({ sum, isKept: true });
  // One that is asked alone has it all, once the others are forgotten.
  await vi.waitFor(
    async () => expect(accepted(await flood(urls[1] ?? '', entrance.tenant, 2000))).toBeGreaterThanOrEqual(10),
    { timeout: 20_000 },
  );
}, 90_000);

test('bytes a second, the bytes of one event, and a batch larger than a second may hold', async () => {
  const entrance = await stage();
  await entrance.limit({ bytesPerSecond: 10_000, eventBytes: 6000, eventsPerSecond: 1000 });
  await limited(entrance);
  const large = await entrance.post('placed', { data: ['x'.repeat(7000)] });
  expect(large).toMatchObject({
    status: 413,
    body: { code: 'too-large', details: { limit: 'eventBytes', allowed: 6000 } },
  });
  const send = () => entrance.post('placed', { data: ['x'.repeat(5900)] });
  const statuses = [(await send()).status, (await send()).status];
  expect(statuses).toEqual([202, 429]);
  await entrance.limit({ bytesPerSecond: null, eventBytes: null, eventsPerSecond: 5 });
  await vi.waitFor(async () => {
    const { headers } = await entrance.post('placed', { data: [0] });
    expect(headers.get('ratelimit-policy')).toContain('q=5;');
  });
  const batch = { data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] };
  await vi.waitFor(async () => expect((await entrance.post('placed', batch)).status).toBe(202), { timeout: 5000 });
  expect((await entrance.post('placed', { data: [1] })).status).toBe(429);
});

test('events that wait are bounded: 429 until some are done', async () => {
  const entrance = await stage();
  await entrance.limit({ pendingEvents: 20, eventsPerSecond: 1000 });
  await limited(entrance);
  const answers: Answer[] = [];
  for (let n = 0; n < 40; n += 1) answers.push(await entrance.post('placed', { data: [n] }));
  expect(answers.at(-1)).toMatchObject({ status: 429, body: { details: { limit: 'pendingEvents', allowed: 20 } } });
  expect((await entrance.stored()).length).toBeLessThanOrEqual(22);
  await entrance.nats.jsm.streams.purge(`QUEUE_${entrance.tenant}_main`);
  await vi.waitFor(async () => expect((await entrance.post('placed', { data: [1] })).status).toBe(202), {
    timeout: 10_000,
  });
});

test('a stream is read no faster than the rate, and none of it is refused', async () => {
  const entrance = await stage();
  await entrance.limit({ eventsPerSecond: 40 });
  await limited(entrance);
  const startedAt = performance.now();
  const response = await fetch(`${entrance.listener.url}/events/${entrance.tenant}/placed`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', prefer: 'return=minimal' },
    body: '1\n'.repeat(120),
  });
  expect(await response.text()).toBe('{"lines":120,"accepted":120,"refused":0}\n');
  expect(performance.now() - startedAt).toBeGreaterThan(1500);
});
