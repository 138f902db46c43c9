import type { Execution, LiveLines, LogLine } from '@jobico/contract';
import type { CancelRequest } from './cancel-event.ts';
import type { Nats } from '../connection/connection.ts';
import { createEventId } from '../intake/event-ids.ts';
import type { QueuedEvent } from '../intake/event-message.ts';
import { recordedEvent, traceOf } from '../outcomes/recorded-event.ts';
import { scanForward } from '../reading/pages.ts';
import type { ParkedEvent } from '../queues/parking.ts';
import type { EventState } from '../queues/queue-tail.ts';
import { EXECUTIONS, logSubject } from '../subjects.ts';
import { describeStored } from '../queues/waiting-events.ts';

/** What is known of an event that has not ended. */
export interface Unended {
  event: QueuedEvent;
  queue: string;
  /** Its last attempt that is on record: one that is to be tried again. */
  outcome: Execution | undefined;
  parked: ParkedEvent | undefined;
  state: EventState | undefined;
}

/** The record that ends an event by command. Of an attempt that runs it has what that has told of itself. */
export async function cancelledRecord(
  nats: Nats,
  { tenant, by, node, declared: declaredAs }: CancelRequest,
  unended: Unended,
): Promise<Execution> {
  const { event, queue, outcome, parked } = unended;
  const declared = declaredAs(event.name);
  const nowMs = Date.now();
  const known = Math.max((outcome?.attempt ?? 0) + 1, parked?.attempt ?? 1);
  const run = await runOf(nats, event, known);
  const startedMs = run ? Date.parse(run.startedAt) : nowMs;
  const readyMs = outcome?.nextAttemptAt === undefined ? event.timeMs : Date.parse(outcome.nextAttemptAt);
  const { key } = describeStored(event, { queue, ordering: declared?.queue.ordering });
  return {
    // Never the id that the attempt would have had: an executor would take this record for its own.
    id: createEventId(nowMs),
    tenant,
    package: run?.package ?? outcome?.package ?? declared?.version.id ?? '',
    version: run?.version ?? outcome?.version ?? declared?.version.version ?? 0,
    job: run?.job ?? outcome?.job ?? declared?.job.id ?? '',
    event: recordedEvent(event, key),
    attempt: run?.attempt ?? known,
    status: 'cancelled',
    startedAt: new Date(startedMs).toISOString(),
    durationMs: Math.max(0, nowMs - startedMs),
    waitedMs: Math.max(0, startedMs - readyMs),
    queue,
    sequence: event.sequence,
    error: {
      code: 'cancelled',
      message: `${by === undefined ? '' : `by ${by}, `}${whereItWas(unended, run, known)}`,
    },
    emitted: [],
    logs: run?.logs ?? [],
    usage: { memoryBytes: 0, hostCalls: 0 },
    node,
    ...traceOf(event),
  };
}

function whereItWas({ parked, state }: Unended, run: Run | undefined, attempt: number): string {
  if (run) return `while attempt ${run.attempt} ran`;
  if (attempt > 1) return `while it waited for attempt ${attempt}, or was in it`;
  if (parked) return 'while it waited behind another event of its key';
  return state?.isFetched ? 'while an executor had it' : 'while it waited in its queue';
}

interface Run extends Pick<LiveLines, 'package' | 'version' | 'job' | 'attempt'> {
  startedAt: string;
  logs: LogLine[];
}

/** The attempt that runs now, if it has run for long enough to tell of itself; it is at least the one that is known. */
async function runOf(nats: Nats, event: QueuedEvent, known: number): Promise<Run | undefined> {
  const told: LiveLines[] = [];
  for await (const message of scanForward(nats, EXECUTIONS, logSubject(event.tenant), event.timeMs)) {
    const live = message.json<LiveLines>();
    if (live.event.id === event.id && live.attempt >= known) told.push(live);
  }
  const last = told.at(-1);
  if (!last) return undefined;
  const logs = told.filter(({ execution }) => execution === last.execution).flatMap(({ lines }) => lines);
  const { package: id, version, job, attempt } = last;
  return { package: id, version, job, attempt, logs, startedAt: logs[0]?.time ?? new Date().toISOString() };
}
