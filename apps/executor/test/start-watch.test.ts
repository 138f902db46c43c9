import type { Sandbox } from '@jobico/component';
import { expect, test } from 'vitest';
import { watchStarts } from '../src/sandboxes/start-watch.ts';

const callbacks = { onOutcome: () => undefined, onHostCall: () => Promise.reject(new Error('not called')) };

test('while sandboxes start nothing more is tried; after a failure another one is, and ended', async () => {
  let isBroken = false;
  let killed = 0;
  const sandbox = { kill: () => void (killed += 1), exited: Promise.resolve() } as unknown as Sandbox;
  const watched = watchStarts(() => (isBroken ? Promise.reject(new Error('no process')) : Promise.resolve(sandbox)));
  await watched.start(callbacks);
  await watched.check();
  expect([watched.started, killed]).toEqual([1, 0]);

  isBroken = true;
  await expect(watched.start(callbacks)).rejects.toThrow('no process');
  await expect(watched.check()).rejects.toThrow('no process');
  isBroken = false;
  await watched.check();
  await watched.check();
  expect([watched.started, killed]).toEqual([2, 1]);
});
