import { randomBytes } from 'node:crypto';
import { createSecretStore, parseSecretKeys } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { onStage, type Stage } from './harness.ts';

const secretKeys = randomBytes(32).toString('base64');
const CANARY = 'canary-"Zwitscher"-✓';

const definition = {
  id: 'p',
  queues: [{ id: 'q', ordering: 'none' }],
  jobs: [
    {
      event: { id: 'tell', supplierqueue: 'q', runtime: 'teller' },
      result: { ok: { id: 'told' }, error: { id: 'failed' } },
      retry: { maximumAttempts: 1 },
    },
    { event: { id: 'told', supplierqueue: 'q', runtime: 'listens' } },
    { event: { id: 'failed', supplierqueue: 'q', runtime: 'listens' } },
  ],
  runtimes: [
    { id: 'teller', moduleref: 'teller.wasm' },
    { id: 'listens', moduleref: 'listens.wasm' },
  ],
  grants: { teller: { config: { plain: 'text' }, secrets: ['TAX_KEY'], emit: ['told'] } },
};
const guests = { 'teller.wasm': 'tells-secrets', 'listens.wasm': 'echo' };

async function staged(work: (stage: Stage, set: (name: string, value: string) => Promise<unknown>) => Promise<void>) {
  await onStage(async (stage) => {
    const store = await createSecretStore(stage.nats, parseSecretKeys(secretKeys));
    await stage.deploy(definition, guests);
    await stage.startExecutor({ secretKeys });
    await work(stage, (name, value) => store.set(stage.tenant, name, value));
  });
}

const tellers = (executions: Awaited<ReturnType<Stage['outcomes']>>) =>
  executions.filter(({ job }) => job === 'teller');

test('a granted secret reaches the job, and stands in no record, dead letter or event, however the job gives it away', () =>
  staged(async (stage, set) => {
    const { tenant, nats } = stage;
    await set('TAX_KEY', CANARY);
    for (const as of ['plain', 'escaped']) {
      for (const how of ['return', 'emit', 'retry', 'permanent', 'trap']) {
        await stage.publish('tell', { name: 'TAX_KEY', how, as });
      }
    }
    // Each ends on one of two routes, and two emit one event more.
    const all = await stage.outcomes(22);
    const ok = tellers(all).filter(({ status }) => status === 'ok');
    expect(ok.map(({ result }) => (result as { length: number }).length)).toEqual(ok.map(() => CANARY.length));
    expect(ok[0]).toMatchObject({ logs: [{ message: 'the secret is [secret TAX_KEY]' }] });
    expect(tellers(all).filter(({ status }) => status === 'failed')).toHaveLength(6);
    const streams = await nats.jsm.streams.list().next();
    let looked = 0;
    for (const { config, state } of streams.filter((stream) => stream.state.messages > 0)) {
      for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
        const message = await nats.jsm.streams.getMessage(config.name, { seq });
        if (!message?.subject.includes(tenant)) continue;
        looked += 1;
        const text =
          message.string() + message.subject + String(message.header.keys().map((name) => message.header.values(name)));
        for (const part of ['Zwitscher', encodeURIComponent(CANARY)]) expect(text).not.toContain(part);
      }
    }
    expect(looked).toBeGreaterThan(44);
  }));

test('a secret that is set anew is the one that the next event finds; a rotation of nothing else changes nothing', () =>
  staged(async (stage, set) => {
    const lengthAfter = async (howMany: number) => {
      await stage.publish('tell', { name: 'TAX_KEY', how: 'return' });
      await expect.poll(async () => tellers(await stage.executions()).length).toBe(howMany);
      const told = tellers(await stage.executions()).at(-1)?.result as { length: number } | undefined;
      return told?.length;
    };
    await set('TAX_KEY', 'x'.repeat(10));
    expect(await lengthAfter(1)).toBe(10);
    await set('TAX_KEY', 'x'.repeat(20));
    let count = 1;
    await expect.poll(() => lengthAfter((count += 1))).toBe(20);
    expect(await lengthAfter((count += 1))).toBe(20);
  }));

test('a job that asks for a granted secret that is not set fails and says so; what it is not granted is not there', () =>
  staged(async (stage, set) => {
    await stage.publish('tell', { name: 'TAX_KEY', how: 'return' });
    await stage.publish('tell', { name: 'OTHER', how: 'return' });
    await stage.publish('tell', { name: 'plain', how: 'return' });
    await set('OTHER', 'not for this job');
    const ended = tellers(await stage.outcomes(6));
    const by = (text: string) => ended.find((each) => JSON.stringify(each).includes(text));
    expect(by('jobico secret set')?.error).toMatchObject({
      code: 'trap',
      message: expect.stringContaining('secret TAX_KEY is granted to this job, but it is not set') as string,
    });
    expect(by('absent')?.result).toEqual({ absent: 'OTHER' });
    expect(by('said')?.result).toMatchObject({ said: 'text' });
  }));

test('an executor without the key fails the job that asks, and runs all others', () =>
  onStage(async (stage) => {
    const { nats, tenant } = stage;
    const store = await createSecretStore(nats, parseSecretKeys(secretKeys));
    await store.set(tenant, 'TAX_KEY', CANARY);
    await stage.deploy(definition, guests);
    await stage.startExecutor();
    await stage.publish('tell', { name: 'TAX_KEY', how: 'return' });
    const [failed] = tellers(await stage.outcomes(2));
    expect(failed?.error?.message).toContain('which is not known here');
  }));
