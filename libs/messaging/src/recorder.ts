import type { Execution, ExecutionStatus } from '@jobico/contract';
import type { Nats } from './connection.ts';
import { timeOfId } from './event-ids.ts';
import { pagesBackward, scanForward } from './pages.ts';
import { readExecution } from './read-execution.ts';
import { executionFilter, EXECUTIONS } from './subjects.ts';

export interface ExecutionFilter {
  tenant: string;
  package?: string | undefined;
  job?: string | undefined;
  queue?: string | undefined;
  status?: ExecutionStatus | undefined;
}

export interface ExecutionQuery extends ExecutionFilter {
  /** Only of the event with this id. */
  event?: string | undefined;
  limit: number;
  /** The `next` of the page before. */
  after?: string | undefined;
}

/** What happened: the queries over the stream of outcomes. */
export interface Recorder {
  /** Newest first. */
  list(query: ExecutionQuery): Promise<{ items: Execution[]; next?: string }>;
  get(tenant: string, id: string): Promise<Execution | undefined>;
  /** Executions from now on, or from after a sequence of the stream, until the signal aborts. */
  watch(
    filter: ExecutionFilter & { afterSequence?: number | undefined },
    signal: AbortSignal,
  ): AsyncIterable<{ sequence: number; execution: Execution }>;
}

export function createRecorder(nats: Nats): Recorder {
  const filterOf = (query: ExecutionFilter) => executionFilter(query.tenant, query);
  return {
    async list(query) {
      if (query.event !== undefined) return { items: await ofEvent(nats, filterOf(query), query.event, query.limit) };
      const page = await pagesBackward(nats, EXECUTIONS, filterOf(query), query.limit, query.after);
      return { items: page.messages.map(readExecution), ...(page.next !== undefined && { next: page.next }) };
    },
    async get(tenant, id) {
      const sinceMs = timeOfId(id);
      if (sinceMs === undefined) return undefined;
      for await (const message of scanForward(nats, EXECUTIONS, executionFilter(tenant), sinceMs)) {
        const execution = readExecution(message);
        if (execution.id === id) return execution;
      }
      return undefined;
    },
    watch: (filter, signal) => watch(nats, filterOf(filter), filter.afterSequence, signal),
  };
}

async function ofEvent(nats: Nats, filter: string, event: string, limit: number): Promise<Execution[]> {
  const found: Execution[] = [];
  for await (const message of scanForward(nats, EXECUTIONS, filter, timeOfId(event) ?? 0)) {
    const execution = readExecution(message);
    if (execution.event.id === event) found.push(execution);
  }
  return found.reverse().slice(0, limit);
}

async function* watch(nats: Nats, filter: string, after: number | undefined, signal: AbortSignal) {
  const consumer = await nats.js.consumers.get(EXECUTIONS, {
    filter_subjects: [filter],
    ...(after === undefined
      ? { deliver_policy: 'new' }
      : { deliver_policy: 'by_start_sequence', opt_start_seq: after + 1 }),
  });
  const messages = await consumer.consume();
  const stop = () => messages.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const message of messages) yield { sequence: message.seq, execution: readExecution(message) };
  } finally {
    signal.removeEventListener('abort', stop);
    await messages.close();
  }
}
