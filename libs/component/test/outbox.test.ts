import { describe, expect, it } from 'vitest';

import { createFrameReader, NO_LIMITS } from '../src/sandbox/frames.ts';
import { createOutbox } from '../src/sandbox/inside/outbox.ts';
import type { Outbox } from '../src/sandbox/inside/outbox.ts';
import { FROM_SANDBOX } from '../src/sandbox/wire.ts';
import type { DoneMessage } from '../src/sandbox/wire.ts';

const { call, done, entered, several } = FROM_SANDBOX;

const outcomeOf = (n: number, text = '{}'): DoneMessage => [done, n, 0, text, [], 0, 1, 1, 65_536];

function framesOf(outbox: Outbox): [message: unknown, bytes: number[]][] {
  const frames: [unknown, number[]][] = [];
  const read = createFrameReader(
    () => NO_LIMITS,
    (message, bytes) => frames.push([message, [...bytes]]),
  );
  const taken = outbox.take();
  if (taken !== undefined) read(taken);
  return frames;
}

describe('what a sandbox says', () => {
  it('shares one frame, once', () => {
    const outbox = createOutbox();
    outbox.add(outcomeOf(1));
    outbox.add(outcomeOf(2));
    expect(framesOf(outbox)).toEqual([[[several, outcomeOf(1), outcomeOf(2)], []]]);
    expect(outbox.take()).toBeUndefined();
  });

  it('leaves out an entry that its outcome follows, and only that', () => {
    const outbox = createOutbox();
    outbox.enter(1);
    outbox.add(outcomeOf(1));
    outbox.enter(2);
    outbox.enter(3);
    outbox.add(outcomeOf(2));
    expect(framesOf(outbox)).toEqual([[[several, outcomeOf(1), [entered, 2], [entered, 3], outcomeOf(2)], []]]);
  });

  it('tells an entry that nothing follows, before the guest has the thread', () => {
    const outbox = createOutbox();
    outbox.enter(1);
    expect(framesOf(outbox)).toEqual([[[entered, 1], []]]);
    outbox.add(outcomeOf(1));
    expect(framesOf(outbox)).toEqual([[outcomeOf(1), []]]);
  });

  it('keeps its order around a message with bytes, which has a frame of its own', () => {
    const outbox = createOutbox();
    outbox.add(outcomeOf(1));
    outbox.enter(2);
    outbox.add([call, 2, 1, 'kv.set', []], Uint8Array.of(7));
    outbox.add(outcomeOf(3));
    expect(framesOf(outbox)).toEqual([
      [[several, outcomeOf(1), [entered, 2]], []],
      [[call, 2, 1, 'kv.set', []], [7]],
      [outcomeOf(3), []],
    ]);
  });

  it('fills no frame beyond what the supervisor takes without a closer look', () => {
    const outbox = createOutbox();
    for (let n = 1; n <= 5; n += 1) outbox.add(outcomeOf(n, 'x'.repeat(20_000)));
    expect(framesOf(outbox).map(([message]) => message)).toEqual(
      [1, 2, 3, 4, 5].map((n) => outcomeOf(n, 'x'.repeat(20_000))),
    );
  });
});
