import type { Sandbox } from '@jobico/component';
import { expect, test } from 'vitest';
import { sandboxesFor } from '../src/sandboxes/capacity.ts';
import { limitStarts } from '../src/sandboxes/start-gate.ts';

const callbacks = { onOutcome: () => undefined, onHostCall: () => Promise.reject(new Error('not called')) };

/** Starts that end one by one, when they are told to. */
function starts() {
  const underWay: PromiseWithResolvers<Sandbox>[] = [];
  const start = () => {
    const one = Promise.withResolvers<Sandbox>();
    underWay.push(one);
    return one.promise;
  };
  return { underWay, start };
}

test('as many sandboxes start at once as are allowed; the others when one of them has', async () => {
  const { underWay, start } = starts();
  const limited = limitStarts(start, 2);
  const all = Array.from({ length: 5 }, () => limited(callbacks));
  expect(underWay).toHaveLength(2);
  const names = ['first', 'second', 'third', 'fourth', 'fifth'].map((name) => ({ name }) as unknown as Sandbox);
  for (const [index, sandbox] of names.entries()) {
    expect(underWay).toHaveLength(Math.min(5, 2 + index));
    underWay[index]?.resolve(sandbox);
    await all[index];
  }
  expect(await Promise.all(all)).toEqual(names);
});

test('a start that fails makes room too', async () => {
  const { underWay, start } = starts();
  const limited = limitStarts(start, 1);
  const failing = limited(callbacks);
  const next = limited(callbacks);
  underWay[0]?.reject(new Error('no process'));
  await expect(failing).rejects.toThrow('no process');
  const sandbox = { name: 'next' } as unknown as Sandbox;
  underWay[1]?.resolve(sandbox);
  expect(await next).toBe(sandbox);
});

test('a hundred tenants keep a sandbox each where there are 16 GiB, and a small machine has some', () => {
  expect(sandboxesFor(16 * 2 ** 30)).toBeGreaterThan(100);
  expect(sandboxesFor(2 ** 28)).toBe(8);
});
