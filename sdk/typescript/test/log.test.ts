import { expect, test } from 'vitest';
import { createLog } from '../src/log.ts';
import { createFakeHost } from './support/fake-host.ts';

test.each(['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)('%s writes a line of its level', (level) => {
  const host = createFakeHost();
  createLog(host.log)[level]('hello');
  expect(host.lines).toEqual([[level, 'hello']]);
});

test('parts are joined by spaces, objects as JSON', () => {
  const host = createFakeHost();
  createLog(host.log).info('order', 5, { id: 'o-1' }, null, undefined, [1, 'a']);
  expect(host.lines).toEqual([['info', 'order 5 {"id":"o-1"} null undefined [1,"a"]']]);
});

test('an error is shown with its stack', () => {
  const host = createFakeHost();
  createLog(host.log).error('failed:', new RangeError('too many'));
  expect(host.lines[0]?.[1]).toMatch(/^failed: RangeError: too many\n +at .*log\.test\.ts/);
});

test("the SDK's own frames are left out of a stack", () => {
  const host = createFakeHost();
  const error = new Error('deep');
  error.stack = '    at total (/price-order.js:3:9)\n    at handle (/jobico/handler.js:1:278)\n';
  createLog(host.log).error(error);
  expect(host.lines).toEqual([['error', 'Error: deep\n    at total (/price-order.js:3:9)']]);
});

test('what has no JSON is still a line', () => {
  const host = createFakeHost();
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  createLog(host.log).info(cycle, 5n, () => 1);
  expect(host.lines[0]?.[1]).toMatch(/^\[object Object\] \[object BigInt\] \(\) => 1$/);
});

test('half a character does not reach the host', () => {
  const host = createFakeHost();
  createLog(host.log).info('a\ud800b');
  expect(host.lines).toEqual([['info', 'a\ufffdb']]);
});
