import type { Dispatch, LoadedComponent, Sandbox, SandboxOptions } from '@jobico/component';
import { JobicoError } from '@jobico/contract';
import type { DeclaredEvent } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, test } from 'vitest';
import type { HostServices } from '../src/host/host-services.ts';
import type { Redactor } from '../src/secrets/redactor.ts';
import { TenantSandbox } from '../src/sandboxes/tenant-sandbox.ts';
import type { Outcome } from '../src/work.ts';

const declared = (component: string) =>
  ({ job: { id: component, timeoutMs: 10_000 }, component }) as unknown as DeclaredEvent & { component: string };

interface Surroundings {
  /** Where it fetches components from. */
  fetch?: (component: string) => Promise<void>;
  /** The components that the process does not take. */
  refused?: readonly string[];
  redactor?: Redactor;
}

/** A sandbox whose process keeps what it is given until `finish`. */
function sandboxOf({ fetch = () => Promise.resolve(), refused = [], redactor }: Surroundings) {
  const inside: Dispatch[] = [];
  let callbacks: Pick<SandboxOptions, 'onOutcome'> | undefined;
  const process: Pick<Sandbox, 'dispatch' | 'load' | 'running' | 'culprit' | 'kill'> = {
    dispatch: (batch) => void inside.push(...batch),
    load: ({ key }) => (refused.includes(key) ? Promise.reject(new Error('it traps')) : Promise.resolve()),
    running: () => [],
    culprit: (n) => n,
    kill: () => undefined,
  };
  const sandbox = new TenantSandbox({
    tenant: 't',
    components: {
      keyOf: (each) => (each as unknown as { component: string }).component,
      isSameJob: (key, other) => key === other,
      async load(each) {
        const { component } = each as unknown as { component: string };
        await fetch(component);
        return { component: { key: component } as LoadedComponent, redactor };
      },
    },
    hostServices: {} as HostServices,
    liveLogs: { tell: () => undefined },
    startSandbox(given) {
      callbacks = given;
      return Promise.resolve(process as Sandbox);
    },
    log: createSilentLogger(),
    onEnded: () => undefined,
  });
  const outcomes: string[] = [];
  let count = 0;
  const send = (lane: number, component: string) => {
    const id = `${component}${(count += 1)}`;
    const event = { id, tenant: 't', name: 'told', sequence: count, timeMs: 0, text: '{}' };
    const onOutcome = (outcome: Outcome) => outcomes.push(`${id} ${outcome.kind}`);
    sandbox.send(lane, { event, key: undefined, attempt: 1, declared: declared(component), onOutcome });
  };
  const finish = () => {
    const [first] = inside.splice(0, 1);
    if (!first) throw new Error('nothing is inside');
    const told = { startedAt: 0, durationMs: 0, memoryBytes: 0, logs: [] };
    callbacks?.onOutcome([{ n: first.n, status: 'ok', result: 'null', ...told }]);
  };
  return { send, finish, inside, outcomes };
}

test('while components cannot be fetched, what needs them waits and has not failed', async () => {
  const answers = [new JobicoError('unavailable', 'NATS is away'), new Error('timeout')];
  const { send, finish, inside, outcomes } = sandboxOf({
    async fetch() {
      const error = answers.shift();
      if (error) throw error;
    },
  });
  send(1, 'a');
  await expect.poll(() => inside.length, { timeout: 5000, interval: 5 }).toBe(1);
  finish();
  expect(outcomes).toEqual(['a1 ok']);
});

test('a component that is nowhere fails its events', async () => {
  const { send, outcomes } = sandboxOf({ fetch: () => Promise.reject(new JobicoError('not-found', 'gone')) });
  send(1, 'a');
  await expect.poll(() => outcomes, { interval: 5 }).toEqual(['a1 failed']);
});

test('of a component that cannot be loaded only what is first in its lane has failed', async () => {
  const { send, inside, outcomes } = sandboxOf({ refused: ['b'] });
  send(1, 'a');
  await expect.poll(() => inside.length, { interval: 5 }).toBe(1);
  send(1, 'b');
  send(2, 'b');
  send(2, 'b');
  send(3, 'a');
  send(3, 'b');
  await expect.poll(() => outcomes.length, { interval: 5 }).toBe(6);
  expect(outcomes.filter((outcome) => outcome.endsWith('failed'))).toEqual(['b3 failed']);
  expect(outcomes.toSorted()).toEqual(['a1 unrun', 'a5 unrun', 'b2 unrun', 'b3 failed', 'b4 unrun', 'b6 unrun']);
});

test('an outcome that nothing can be made of ends its own attempt as failed, and those beside it as they ended', async () => {
  const fault = new RangeError('too long');
  const redactor: Redactor = {
    text: (text) => text,
    value: (value) => value,
    json() {
      if (isFaulty) throw fault;
      return 'null';
    },
  };
  let isFaulty = true;
  const { send, finish, inside, outcomes } = sandboxOf({ redactor });
  send(1, 'a');
  send(2, 'a');
  await expect.poll(() => inside.length, { interval: 5 }).toBe(2);
  finish();
  isFaulty = false;
  finish();
  expect(outcomes).toEqual(['a1 failed', 'a2 ok']);
});
