import { JobicoError, type Execution } from '@jobico/contract';
import { createEventId, type Nats, type Outcomes, type Settlement } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, test } from 'vitest';
import { createSettler } from '../src/queues/settler.ts';

/** Outcomes that fail as long as `failing` says so for the event. */
function outcomesThat(failing: (sequence: number) => JobicoError | undefined) {
  const recorded: number[] = [];
  const commit = ({ sequence }: Execution) => {
    const failure = failing(sequence);
    if (failure) return Promise.reject(failure);
    recorded.push(sequence);
    return Promise.resolve({ isOurs: true as const });
  };
  return { recorded, outcomes: { commit } as unknown as Outcomes };
}

const settlementOf = (sequence: number) =>
  ({
    execution: { id: createEventId(), sequence, status: 'ok', emitted: [], event: { id: `e${sequence}` } },
  }) as unknown as Settlement;

/** What has been answered has been taken note of. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const settlerOf = (outcomes: Outcomes) => createSettler({} as Nats, outcomes, createSilentLogger());

test('what comes while an outcome cannot be recorded is recorded after it, in order', async () => {
  let isAway = true;
  const { recorded, outcomes } = outcomesThat(() => (isAway ? new JobicoError('unavailable', 'away') : undefined));
  const settler = settlerOf(outcomes);
  const done: number[] = [];
  const settle = (sequence: number) => settler.settle(settlementOf(sequence), () => done.push(sequence));
  settle(1);
  settle(2);
  await turn();
  isAway = false;
  settle(3);
  expect(recorded).toEqual([]);
  await expect.poll(() => done.length).toBe(3);
  expect(recorded).toEqual([1, 2, 3]);
  settle(4);
  expect(recorded).toEqual([1, 2, 3, 4]);
});

test('an outcome that cannot be recorded for a reason of its own holds up no other', async () => {
  const { recorded, outcomes } = outcomesThat((sequence) =>
    sequence === 1 ? new JobicoError('too-large', 'too large') : undefined,
  );
  const settler = settlerOf(outcomes);
  settler.settle(settlementOf(1), () => undefined);
  await turn();
  settler.settle(settlementOf(2), () => undefined);
  await expect.poll(() => recorded).toEqual([2]);
  settler.abandon();
  await expect.poll(() => settler.pending).toBe(0);
});

test.each([
  ['ok', undefined, 'dead', 'platform'],
  ['failed', 'trap', 'dead', 'platform'],
  ['dead', 'trap', 'dead', 'trap'],
  ['retry', 'trap', 'retry', 'trap'],
] as const)('in place of an outcome (%s, %s) that is too large to be recorded a small one is', async (...row) => {
  const [status, code, recordedStatus, recordedCode] = row;
  const { execution, ...rest } = settlementOf(1);
  const large = {
    ...execution,
    status,
    event: { ...execution.event, key: 'k'.repeat(2000) },
    emitted: [{ id: 'a', event: 'next', data: 'x'.repeat(2000), route: 'emit' as const }],
    ...(status === 'ok' && { result: 'x'.repeat(2000) }),
    ...(code && { error: { code, message: 'x'.repeat(2000) } }),
  };
  const recorded: Execution[] = [];
  const commit = (each: Execution) => {
    if (JSON.stringify(each).length > 1500) return Promise.reject(new JobicoError('too-large', 'it has 9 bytes'));
    recorded.push(each);
    return Promise.resolve({ isOurs: false as const, recorded: { ...each, status: 'retry' as const } });
  };
  const settler = settlerOf({ commit } as unknown as Outcomes);
  settler.settle({ ...rest, execution: large }, () => undefined);
  await expect.poll(() => settler.pending).toBe(0);
  expect(recorded).toMatchObject([{ status: recordedStatus, error: { code: recordedCode }, emitted: [] }]);
  expect(recorded[0]?.error?.message).toContain(recordedCode === 'platform' ? 'it has 9 bytes' : 'xxx');
});

test('what is abandoned is tried no more, and nobody is called back', async () => {
  const { recorded, outcomes } = outcomesThat(() =>
    recorded.length === 0 ? new JobicoError('unavailable', 'away') : undefined,
  );
  const settler = settlerOf(outcomes);
  const done: string[] = [];
  settler.settle(settlementOf(1), (outcome) => done.push(outcome));
  settler.abandon();
  await expect.poll(() => settler.pending).toBe(0);
  expect(done).toEqual([]);
});

test('of what is recorded again after an outage, only some is under way at a time', async () => {
  let isAway = true;
  let [underWay, most] = [0, 0];
  const recorded: number[] = [];
  const commit = async ({ sequence }: Execution) => {
    if (isAway) throw new JobicoError('unavailable', 'away');
    underWay += 1;
    most = Math.max(most, underWay);
    await turn();
    underWay -= 1;
    recorded.push(sequence);
    return { isOurs: true as const };
  };
  const settler = settlerOf({ commit } as unknown as Outcomes);
  const sequences = Array.from({ length: 300 }, (_, index) => index + 1);
  for (const sequence of sequences) settler.settle(settlementOf(sequence), () => undefined);
  await turn();
  isAway = false;
  await expect.poll(() => settler.pending).toBe(0);
  expect(recorded).toEqual(sequences);
  expect(most).toBe(16);
});
