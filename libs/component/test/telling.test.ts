/** What a sandbox says while it runs events: each message wakes its supervisor, so there are no more than are needed. */
import { expect, it, vi } from 'vitest';

import { spawnSandbox } from '../src/sandbox/child-process.ts';
import { NO_LIMITS } from '../src/sandbox/frames.ts';
import { createLoads } from '../src/sandbox/loads.ts';
import { FROM_SANDBOX, TO_SANDBOX } from '../src/sandbox/wire.ts';
import type { EventTuple } from '../src/sandbox/wire.ts';
import { artifactOf, until } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

const { ready, loaded, done } = FROM_SANDBOX;

const eventOf = (n: number, data: object): EventTuple => [
  n,
  n,
  1,
  `event-${n}`,
  'acme',
  'order',
  null,
  '2026-01-01T00:00:00Z',
  1,
  JSON.stringify(data),
];

it('is, of events that come one by one, their outcomes alone; who has the thread shows beside', async () => {
  const said: [kind: number, n: number][] = [];
  const child = spawnSandbox({
    maxMemoryBytes: 64 << 20,
    maxHeapBytes: 64 << 20,
    frameLimits: () => NO_LIMITS,
    onFrame: (message) => said.push((message as [number, number]).slice(0, 2) as [number, number]),
    onChunkEnd: () => undefined,
    onBrokenStream: (error) => expect.fail(String(error)),
  });
  try {
    const artifact = await artifactOf('infinite-loop');
    const { message, bytes } = createLoads().begin({ key: 'job', artifact, mode: 'sync', config: {} });
    child.send(message, bytes);
    await until(() => said.length === 2);
    for (const n of [1, 2, 3]) {
      child.send([TO_SANDBOX.run, [], eventOf(n, { loop: false })]);
      await until(() => said.length === 2 + n);
    }
    child.send([TO_SANDBOX.run, [], eventOf(4, { loop: true })]);
    await until(() => child.inside() === 4);

    expect(said).toEqual([[ready], [loaded, 1], [done, 1], [done, 2], [done, 3]]);
  } finally {
    child.kill();
    await child.ended;
    child.forget();
  }
});
