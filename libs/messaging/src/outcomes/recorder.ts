import type { Execution, ExecutionInputs, ExecutionStatus, Followed, LiveLines } from '@jobico/contract';
import type { ConsumerConfig, JsMsg } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { readLast } from '../reading/direct-batch.ts';
import { followStream } from '../reading/follow-stream.ts';
import { timeOfId } from '../intake/event-ids.ts';
import { pagesBackward, scanForward } from '../reading/pages.ts';
import { readExecution } from './read-execution.ts';
import { executionFilter, EXECUTIONS, inputsSubject, logSubject } from '../subjects.ts';

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

export interface FollowFilter {
  tenant: string;
  package?: string | undefined;
  job?: string | undefined;
  /** Only this one, from its beginning; the record of another that ran the event in its place counts as its end. */
  execution?: string | undefined;
  afterSequence?: number | undefined;
}

/** What happened: the queries over the stream of outcomes. */
export interface Recorder {
  /** Newest first. */
  list(query: ExecutionQuery): Promise<{ items: Execution[]; next?: string }>;
  get(tenant: string, id: string): Promise<Execution | undefined>;
  /** What the execution was given, where its job has it kept. */
  inputs(tenant: string, id: string): Promise<ExecutionInputs | undefined>;
  /** Executions from now on, or from after a sequence of the stream, until the signal aborts. */
  watch(
    filter: ExecutionFilter & { afterSequence?: number | undefined },
    signal: AbortSignal,
  ): AsyncIterable<{ sequence: number; execution: Execution }>;
  /** Records as with {@link watch}, and before each what its execution has logged while it ran, if it ran for long. */
  follow(filter: FollowFilter, signal: AbortSignal): AsyncIterable<{ sequence: number; item: Followed }>;
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
    async inputs(tenant, id) {
      const [kept] = await readLast(nats, EXECUTIONS, [inputsSubject(tenant, id)]);
      return kept?.json<ExecutionInputs>();
    },
    watch: (filter, signal) => watch(nats, filterOf(filter), filter.afterSequence, signal),
    follow: (filter, signal) => follow(nats, filter, signal),
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
  const start = after === undefined ? FROM_NOW : afterSequence(after);
  for await (const message of messagesOf(nats, [filter], start, signal)) {
    yield { sequence: message.seq, execution: readExecution(message) };
  }
}

async function* follow(nats: Nats, filter: FollowFilter, signal: AbortSignal) {
  const { tenant, execution, afterSequence: after } = filter;
  const filters = [executionFilter(tenant, filter), logSubject(tenant, filter)];
  const isWanted = execution === undefined ? () => true : onlyOf(execution);
  for await (const message of messagesOf(nats, filters, startOf(filter), signal)) {
    const item = readFollowed(message);
    if (isWanted(item) && message.seq > (after ?? 0)) yield { sequence: message.seq, item };
  }
}

/** One execution is read from its beginning again after a break: who takes its place shows by its first lines. */
function startOf({ execution, afterSequence: after }: FollowFilter): Start {
  const sinceMs = execution === undefined ? undefined : timeOfId(execution);
  if (sinceMs !== undefined) {
    return { deliver_policy: 'by_start_time', opt_start_time: new Date(sinceMs - CLOCKS_DIFFER_MS).toISOString() };
  }
  return after === undefined ? FROM_NOW : afterSequence(after);
}

function readFollowed(message: JsMsg): Followed {
  const isLive = message.subject.startsWith('jobico.log.');
  return isLive ? { live: message.json<LiveLines>() } : { execution: readExecution(message) };
}

/** What is of one execution; of one that was cut short, the record of the next that ran its event. */
function onlyOf(id: string): (item: Followed) => boolean {
  let begun: LiveLines | undefined;
  return (item) => {
    if ('live' in item) {
      if (item.live.execution !== id) return false;
      begun = item.live;
      return true;
    }
    const { execution } = item;
    const isInItsPlace =
      execution.event.id === begun?.event.id && execution.job === begun.job && execution.attempt >= begun.attempt;
    return execution.id === id || isInItsPlace;
  };
}

type Start = Pick<Partial<ConsumerConfig>, 'deliver_policy' | 'opt_start_seq' | 'opt_start_time'>;

const FROM_NOW: Start = { deliver_policy: 'new' };
const afterSequence = (sequence: number): Start => ({
  deliver_policy: 'by_start_sequence',
  opt_start_seq: sequence + 1,
});
/** An id has the time of the executor, a message that of the server. */
const CLOCKS_DIFFER_MS = 5000;

async function* messagesOf(nats: Nats, filters: string[], start: Start, signal: AbortSignal): AsyncGenerator<JsMsg> {
  const messages = await followStream(nats, EXECUTIONS, { filter_subjects: filters, ...start });
  const stop = () => messages.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    yield* messages;
  } finally {
    signal.removeEventListener('abort', stop);
    await messages.close();
  }
}
