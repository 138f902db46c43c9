import type { Execution, LiveLines, LogLine } from '@jobico/contract';
import { expect, test } from 'vitest';
import { createFollowView } from '../src/show/follow-view.ts';

const TIME = '2030-01-01T00:00:00.000Z';
const lines = (...messages: string[]): LogLine[] =>
  messages.map((message) => ({ time: TIME, level: 'info' as const, message }));

function live(execution: string, from: number, ...messages: string[]): { live: LiveLines } {
  const event = { id: 'e', name: 'order-placed' };
  const where = { tenant: 'acme', package: 'shop', version: 1, job: 'work', node: 'n' };
  return { live: { ...where, execution, event, attempt: 1, from, lines: lines(...messages) } };
}

function ended(id: string, ...messages: string[]): { execution: Execution } {
  const event = { id: 'e', name: 'order-placed', time: TIME };
  const execution = {
    id,
    tenant: 'acme',
    package: 'shop',
    version: 1,
    job: 'work',
    event,
    attempt: 1,
    status: 'ok' as const,
    startedAt: TIME,
    durationMs: 300,
    waitedMs: 0,
    queue: 'q',
    sequence: 1,
    emitted: [],
    node: 'n',
    logs: lines(...messages),
    usage: { memoryBytes: 0, hostCalls: 0 },
  };
  return { execution };
}

/** What stands on the screen, without the times. */
function viewed(...items: Parameters<ReturnType<typeof createFollowView>>[0][]): string[] {
  const view = createFollowView();
  return items.flatMap(view).map((line) => line.replaceAll(TIME, '').replaceAll(/ +/g, ' ').trimEnd());
}

test('lines that came while a job ran are not shown again with its record', () => {
  expect(viewed(live('x', 0, 'a'), live('x', 1, 'b', 'c'), ended('x', 'a', 'b', 'c', 'd'))).toEqual([
    ' runs shop/work order-placed execution x',
    ' info a',
    ' info b',
    ' info c',
    ' ok shop/work order-placed 300.0 ms',
    ' info d',
  ]);
});

test('of jobs that run side by side each line stands below the job that wrote it', () => {
  expect(viewed(live('x', 0, 'a'), live('y', 0, 'b'), live('x', 1, 'c'))).toEqual([
    ' runs shop/work order-placed execution x',
    ' info a',
    ' runs shop/work order-placed execution y',
    ' info b',
    ' runs shop/work order-placed execution x',
    ' info c',
  ]);
});

test('what was missed while the job ran is shown with its record, and what comes twice is shown once', () => {
  expect(viewed(live('x', 2, 'c'), live('x', 2, 'c', 'd'), ended('x', 'a', 'b', 'c', 'd'))).toEqual([
    ' runs shop/work order-placed execution x',
    ' info c',
    ' info d',
    ' ok shop/work order-placed 300.0 ms',
    ' info a',
    ' info b',
  ]);
});

test('what a terminal would obey is shown, not obeyed, while the job runs too', () => {
  expect(viewed(live('x', 0, 'red \u001b[31m\nok shop/work'))).toEqual([
    ' runs shop/work order-placed execution x',
    ' info red \\e[31m',
    ' | ok shop/work',
  ]);
});
