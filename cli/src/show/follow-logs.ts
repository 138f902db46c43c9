import type { Client } from '@jobico/client';
import type { LogLine } from '@jobico/contract';
import { interruptible } from './interruptible.ts';
import { createShownLines } from './shown-lines.ts';

/**
 * What an execution has logged, and what it logs until it ends or the process is interrupted. Calls back with the id of
 * the execution in its place, should it be cut short.
 */
export function followLogs(
  client: Client,
  input: { tenant: string; execution: string },
  onReplaced: (id: string) => void,
): AsyncGenerator<LogLine, void> {
  return interruptible((signal) => linesOf(client, input, signal, onReplaced));
}

async function* linesOf(
  client: Client,
  input: { tenant: string; execution: string },
  signal: AbortSignal,
  onReplaced: (id: string) => void,
) {
  const shown = createShownLines();
  for await (const item of client.watch('execution.follow', input, signal)) {
    if ('live' in item) yield* shown.fresh(item.live);
    else {
      if (item.execution.id === input.execution) yield* shown.rest(item.execution);
      else onReplaced(item.execution.id);
      return;
    }
  }
}
