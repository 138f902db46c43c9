import type { DeadLetter } from '@jobico/contract';
import { redriveLetters } from '@jobico/messaging';
import { describe, expect, test } from 'vitest';
import { onStage, type Stage } from './harness.ts';

/** One job that ends as its event tells it. */
const toldIn = (ordering: unknown) => ({
  id: 'p',
  queues: [{ id: 'q', ordering }],
  jobs: [
    {
      event: { id: 'told', supplierqueue: 'q', runtime: 'as-told' },
      retry: { initialInterval: 'PT0.3S', maximumAttempts: 2 },
    },
  ],
  runtimes: [{ id: 'as-told', moduleref: 'as-told.wasm' }],
});
const GUESTS = { 'as-told.wasm': 'as-told' };

/** The one dead letter there is, once it is there: it comes after the record. */
async function letterOf(stage: Stage, matching: object = {}): Promise<DeadLetter> {
  await expect.poll(() => stage.deadLetters(), { timeout: 15_000 }).toMatchObject([matching]);
  const [letter] = await stage.deadLetters();
  if (!letter) throw new Error('no letter');
  return letter;
}

async function redrive({ nats }: Stage, letter: DeadLetter): Promise<void> {
  const [result] = await redriveLetters({ nats, isDeclared: () => true }, [letter]);
  expect(result).toMatchObject({ outcome: 'redriven' });
}

describe.each(['strict', 'none', { key: '/key' }])('in a queue with ordering %j', (ordering) => {
  test('an event that dies again and again says on every attempt which letter it was, and how often it was redriven', () =>
    onStage(async (stage) => {
      await stage.deploy(toldIn(ordering), GUESTS);
      await stage.startExecutor();
      const id = await stage.publish('told', { attempts: ['retry'], key: 'k' });
      for (const count of [1, 2]) {
        const letter = await letterOf(stage);
        await redrive(stage, letter);
        const event = {
          id: `${id}:redrive:${letter.id}`,
          redriveOf: { deadLetter: letter.id, execution: letter.execution, count },
        };
        await letterOf(stage, { event, data: { attempts: ['retry'], key: 'k' } });
        expect((await stage.executions()).slice(-2)).toMatchObject([
          { attempt: 1, status: 'retry', event },
          { attempt: 2, status: 'dead', event },
        ]);
      }
    }));
});

test('text that is no JSON dies again as the same text', () =>
  onStage(async (stage) => {
    await stage.deploy(toldIn('strict'), GUESTS);
    await stage.startExecutor();
    await stage.publish('told', '{');
    const letter = await letterOf(stage, { data: '{', isText: true, error: { code: 'invalid' } });
    await redrive(stage, letter);
    const again = await letterOf(stage, { data: '{', isText: true, event: { redriveOf: { count: 1 } } });
    expect(again.id).not.toBe(letter.id);
  }));
