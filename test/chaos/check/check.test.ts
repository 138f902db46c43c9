import type { Execution } from '@jobico/contract';
import { describe, expect, test } from 'vitest';
import type { QueueName } from '../package/deploy.ts';
import { check } from './check.ts';
import type { CancelAnswer, Evidence, Recorded, Sent, Stored } from './evidence.ts';

const START_MS = Date.parse('2030-01-01T00:00:00Z');

type Told = Sent['told']['attempts'];

const sent = (n: number, attempts: Told, name = 'step'): Sent => ({
  name,
  told: { n, key: 'a', attempts },
  isInvalid: false,
  by: 'nats',
  certainty: 'accepted',
});

const stored = (queue: QueueName, sequence: number, name: string, id: string, data: unknown): Stored => ({
  queue,
  sequence,
  name,
  id,
  data,
});

/** An attempt that started so many milliseconds after the start, and took one. */
function recorded(
  streamSequence: number,
  sequence: number,
  atMs: number,
  changes: Partial<Execution> & { queue?: QueueName },
): Recorded {
  const execution: Execution = {
    id: `x${streamSequence}`,
    tenant: 'chaos',
    package: 'chaos',
    version: 1,
    job: 'as-told',
    event: { id: `told-${sequence}`, name: 'step', key: 'a', time: new Date(START_MS).toISOString() },
    attempt: 1,
    status: 'ok',
    startedAt: new Date(START_MS + atMs).toISOString(),
    durationMs: 1,
    waitedMs: 0,
    queue: 'keyed',
    sequence,
    emitted: [],
    logs: [],
    usage: { memoryBytes: 0, hostCalls: 0 },
    node: 'n1',
    ...changes,
  };
  return { streamSequence, execution };
}

const done = (n: number) => ({ id: `told-${n}:ok`, event: 'done', data: { n }, route: 'ok' as const });
const retry = { status: 'retry', error: { code: 'retry', message: 'as told' } } as const;
const dead = { status: 'dead', error: { code: 'permanent', message: 'as told' } } as const;

/** Three events of one key: one that succeeds at once, one at its second attempt, one that dies. */
function kept(): { -readonly [K in keyof Evidence]: Evidence[K] extends readonly (infer T)[] ? T[] : Evidence[K] } {
  return {
    sent: [sent(1, ['ok']), sent(2, ['retry', 'ok']), sent(3, ['permanent'])],
    stored: [
      ...[1, 2, 3].map((n) => stored('keyed', n, 'step', `told-${n}`, { n })),
      ...[1, 2].map((n) => stored('loose', n, 'done', `told-${n}:ok`, { n })),
    ],
    recorded: [
      recorded(1, 1, 0, { emitted: [done(1)] }),
      recorded(2, 2, 10, retry),
      recorded(3, 1, 15, { queue: 'loose' }),
      recorded(4, 2, 20, { attempt: 2, emitted: [done(2)] }),
      recorded(5, 3, 30, dead),
      recorded(6, 2, 35, { queue: 'loose' }),
    ],
    deadLetters: [
      {
        tenant: 'chaos',
        queue: 'keyed',
        time: '',
        event: { id: 'told-3', name: 'step' },
        sequence: 3,
        attempts: 1,
        execution: 'x5',
        error: dead.error,
        data: {},
      },
    ],
    disturbances: 1,
    cancels: new Map(),
  };
}

const findings = (change: (evidence: ReturnType<typeof kept>) => void) => {
  const evidence = kept();
  change(evidence);
  return check(evidence).map(({ rule, what }) => `${rule}: ${what}`);
};

/** Where the record with this number is. */
const at = (evidence: ReturnType<typeof kept>, streamSequence: number) =>
  evidence.recorded.findIndex((record) => record.streamSequence === streamSequence);

test('nothing is found where everything was kept', () => {
  expect(findings(() => undefined)).toEqual([]);
});

describe('what was accepted', () => {
  test('and is not stored', () => {
    const found = findings((evidence) => void evidence.sent.push(sent(4, ['ok'])));
    expect(found).toEqual([expect.stringContaining('event 4, accepted by nats, is stored 0 times')]);
  });

  test('may be missing, or there, where the answer was lost; not there twice', () => {
    const uncertain = { ...sent(4, ['ok']), certainty: 'maybe' } as const;
    expect(findings((evidence) => void evidence.sent.push(uncertain))).toEqual([]);
    const twice = findings((evidence) => {
      evidence.sent.push(uncertain);
      for (const sequence of [4, 5]) {
        evidence.stored.push(stored('keyed', sequence, 'step', 'told-4', { n: 4 }));
        evidence.recorded.push(recorded(sequence + 10, sequence, sequence * 20, dead));
      }
    });
    expect(twice).toContainEqual(expect.stringContaining('event 4, maybe by nats, is stored 2 times'));
  });

  test('is all that is stored', () => {
    const found = findings((evidence) => void evidence.sent.splice(0, 1));
    expect(found).toContainEqual(expect.stringContaining('nobody sent event 1'));
  });
});

describe('an outcome', () => {
  test('that is missing, or there twice', () => {
    expect(findings((evidence) => void evidence.recorded.splice(at(evidence, 6), 1))).toContainEqual(
      expect.stringContaining('(loose:2) has 0 terminal outcomes'),
    );
    expect(findings((evidence) => void evidence.recorded.push(recorded(7, 3, 40, dead)))).toContainEqual(
      expect.stringContaining('(keyed:3) has 2 terminal outcomes'),
    );
  });

  test('that is followed by another attempt', () => {
    const found = findings((evidence) => void evidence.recorded.push(recorded(7, 3, 40, { ...retry, attempt: 2 })));
    expect(found).toContainEqual(expect.stringContaining('(keyed:3) has an attempt after its outcome'));
  });

  test('that is not what the job said', () => {
    const found = findings((evidence) => void (evidence.sent[2] = sent(3, ['ok'])));
    expect(found).toEqual([expect.stringContaining('ended as dead, and not as ok')]);
  });
});

describe('an event that an outcome routes', () => {
  test('that is missing, or there twice', () => {
    expect(findings(({ stored: all, recorded: records }) => void (all.pop(), records.pop()))).toContainEqual(
      expect.stringContaining('told-2:ok is enqueued 0 times'),
    );
    const twice = findings((evidence) => {
      evidence.stored.push(stored('loose', 3, 'done', 'told-2:ok', { n: 2 }));
      evidence.recorded.push(recorded(7, 3, 40, { queue: 'loose' }));
    });
    expect(twice).toEqual([expect.stringContaining('told-2:ok is enqueued 2 times')]);
  });

  test('that the job does not route', () => {
    const found = findings((evidence) => {
      evidence.recorded[at(evidence, 1)] = recorded(1, 1, 0, { emitted: [] });
    });
    expect(found).toContainEqual(expect.stringContaining('no outcome has routed or raised told-1:ok'));
    expect(found).toContainEqual(expect.stringContaining('step told-1 raised , and not done'));
  });
});

test('a dead outcome without its letter, or with two', () => {
  expect(findings((evidence) => void evidence.deadLetters.pop())).toEqual([
    expect.stringContaining('keyed:3 left 0 dead letters'),
  ]);
  expect(findings((evidence) => void evidence.deadLetters.push(...evidence.deadLetters))).toEqual([
    expect.stringContaining('keyed:3 left 2 dead letters'),
  ]);
});

describe('order', () => {
  test('that is turned around', () => {
    const found = findings(({ recorded: records }) => void records.splice(3, 0, ...records.splice(4, 1)));
    expect(found).toEqual([
      expect.stringContaining('event 2 attempt 2 (ok) is recorded after event 3 attempt 1 (dead)'),
    ]);
  });

  test('of an event that starts before the one before it has ended', () => {
    const found = findings((evidence) => void (evidence.recorded[at(evidence, 5)] = recorded(5, 3, 11, dead)));
    expect(found).toEqual([expect.stringContaining('event 3 attempt 1 (dead) started 10.0 ms before')]);
  });
});

describe('a repeat', () => {
  test('is no fault while its attempt shows it', () => {
    const found = findings((evidence) => {
      evidence.recorded[at(evidence, 5)] = recorded(5, 3, 30, { ...dead, attempt: 2 });
    });
    expect(found).toEqual([]);
  });

  test('that only the job has noticed', () => {
    const error = { code: 'permanent', message: 'run before' } as const;
    const found = findings((evidence) => {
      evidence.recorded[at(evidence, 5)] = recorded(5, 3, 30, { ...dead, error });
    });
    expect(found).toEqual([expect.stringContaining('attempt 1 of keyed:3 was begun twice')]);
  });

  test('more often than anything was broken', () => {
    const found = findings((evidence) => {
      evidence.recorded[at(evidence, 5)] = recorded(5, 3, 30, { ...dead, attempt: 3 });
    });
    expect(found).toEqual([expect.stringContaining('keyed:3 was repeated more often')]);
  });
});

describe('a cancellation', () => {
  const cancelled = { status: 'cancelled', error: { code: 'cancelled', message: '' } } as const;
  /** Of the last event, out of its turn. */
  const cancelLast = (evidence: ReturnType<typeof kept>, answer?: CancelAnswer) => {
    evidence.recorded.splice(at(evidence, 5), 1);
    evidence.recorded.splice(at(evidence, 1), 0, recorded(0, 3, 0, cancelled));
    evidence.deadLetters.pop();
    evidence.cancels = new Map(answer === undefined ? [] : [[3, answer]]);
  };

  test('that is answered is an outcome like any other; one without a clear answer too', () => {
    for (const answer of ['cancelled', 'unclear'] as const) {
      expect(findings((evidence) => cancelLast(evidence, answer))).toEqual([]);
    }
  });

  test('that nobody asked for, or of which it was answered that the event had ended', () => {
    expect(findings((evidence) => cancelLast(evidence))).toEqual([
      expect.stringContaining('keyed:3 ended as cancelled'),
    ]);
    expect(findings((evidence) => cancelLast(evidence, 'ended'))).toHaveLength(1);
  });

  test('that was answered, and the event ended otherwise', () => {
    const found = findings((evidence) => void (evidence.cancels = new Map([[3, 'cancelled']])));
    expect(found).toEqual([expect.stringContaining('keyed:3 ended as dead, and the answer was cancelled')]);
  });

  test('of an event that was accepted, and that ctl does not know', () => {
    const found = findings((evidence) => void (evidence.cancels = new Map([[4, 'refused']])));
    expect(found).toEqual([expect.stringContaining('event 4 is not known to ctl')]);
  });
});
