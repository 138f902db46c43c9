import { expect, test } from 'vitest';
import { createLines } from '../src/outcomes/lines.ts';

test('those of a line go one after the other, those of another beside them', async () => {
  const lines = createLines();
  const went: string[] = [];
  const go = async (line: string, name: string) => {
    const leave = await lines.join(line);
    went.push(name);
    return leave;
  };
  const leave = await go('a', 'first');
  const [second, third] = [go('a', 'second'), go('a', 'third')];
  (await go('b', 'beside'))();
  expect(went).toEqual(['first', 'beside']);
  leave();
  leave();
  (await second)();
  (await third)();
  expect(went).toEqual(['first', 'beside', 'second', 'third']);
  expect(lines.isFormed('a')).toBe(false);
});

test('whoever is behind one that fails, fails with it; so does who comes at once, and nobody later', async () => {
  const lines = createLines();
  const leave = await lines.join('a');
  const behind = lines.join('a');
  leave(new Error('away'));
  await expect(behind).rejects.toThrow('away');
  await expect(lines.join('a')).rejects.toThrow('away');
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(lines.isFormed('a')).toBe(false);
  (await lines.join('a'))();
});
