import { expect, test } from 'vitest';
import { quietly } from '../questions/quietly.ts';

const quiet = () => () => 0;
const never = new AbortController().signal;

function answers(...shares: number[]): () => Promise<{ othersShare: number; answer: number }> {
  let answer = 0;
  return async () => ({ othersShare: shares[answer] ?? 0, answer: answer++ });
}

test('a question is asked once, however noisy it was, where there is no patience', async () => {
  expect(await quietly({ leftMs: 0 }, never, answers(0.9, 0), quiet)).toStrictEqual({ othersShare: 0.9, answer: 0 });
});

test('a question is asked again after a noisy time, and the quietest answer counts', async () => {
  const patience = { leftMs: 1e9 };
  expect(await quietly(patience, never, answers(0.5, 0.2, 0.02, 0), quiet)).toStrictEqual({
    othersShare: 0.02,
    answer: 2,
  });
  expect(patience.leftMs).toBeLessThan(1e9);
});

test('where the system does not tell what others take, the first answer counts', async () => {
  const found = { othersShare: undefined };
  expect(
    await quietly(
      { leftMs: 1e9 },
      never,
      async () => found,
      () => () => undefined,
    ),
  ).toBe(found);
});

test('a question is not asked while others have the machine, until patience is used up', async () => {
  const shares = [0.9, 0.8, 0.05];
  let looks = 0;
  const watch = () => () => shares[looks++];
  const patience = { leftMs: 1e9 };
  await quietly(patience, never, answers(0), watch);
  expect(looks).toBe(3);
  expect(patience.leftMs).toBe(1e9 - 1000);
});
