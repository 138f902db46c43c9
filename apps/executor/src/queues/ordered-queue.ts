import {
  cancelledSince,
  complete,
  consumeOrdered,
  createOutcomes,
  createParking,
  isRecordOf,
  latestOf,
  queueStream,
  readEvent,
  SLOTS,
  type Delivered,
  type FoundConsumer,
  type HandBack,
  type Outcomes,
  type Parking,
  type Partition,
  type QueuedEvent,
  type Tail,
} from '@jobico/messaging';
import type { Execution } from '@jobico/contract';
import { isOwnEvent, type Admitted } from '../admission.ts';
import { settleLost, settlementOf } from '../settlement/build-settlement.ts';
import type { LaneEntry } from './lane.ts';
import { outgoingSubject } from './outgoing-subject.ts';
import { CancelledEvents } from './cancelled-events.ts';
import type { QueueContext } from './queue-context.ts';
import { QueueLanes, type LaneKey } from './queue-lanes.ts';
import { settled, type QueueDeps, type QueueWorker } from './queue-worker.ts';
import { Running } from './running.ts';
import { createSettler, type Settler } from './settler.ts';
import { TakenOver } from './taken-over.ts';
import { Unacknowledged } from './unacknowledged.ts';

const WORKING_MS = 10_000;
/** Events whose slots are read before they come. */
const AHEAD = 64;

/**
 * Works an ordered queue, strict or keyed. Messages come in the order they were stored; each joins the lane of its key
 * (a strict queue is one lane), lanes run side by side, and acknowledgements go out in the order of the queue: what is
 * delivered and not acknowledged is always a short tail, which whoever takes over reads again.
 */
export async function workOrderedQueue(deps: QueueDeps, found: FoundConsumer): Promise<QueueWorker> {
  const { tenant, queue, partition } = found;
  const stream = queueStream(tenant, queue);
  const log = deps.log.child({ tenant, queue, ...(partition && { partition: partition.index }) });
  const laneKey: LaneKey = (event, key) =>
    deps.definitions.event(tenant, event)?.queue.ordering.kind === 'keyed' ? key : undefined;
  const outcomes = createOutcomes(deps.nats, tenant, queue, {
    partition: partition?.index,
    laneOf: ({ event }) => laneKey(event.name, event.key) ?? '',
  });
  const worker = new OrderedQueue(deps, found, outcomes, laneKey);
  // Before anything comes: what is cancelled from then on is told, what was before is read.
  const forget = deps.cancellations.follow(tenant, queue, (execution, at) => worker.cancel(execution, at));
  const consumer = await consumeOrdered(
    deps.nats,
    stream,
    {
      onPinned: (tail) => worker.begin(tail),
      onMessage: (message) => worker.receive(message),
      onUnpinned: () => worker.drop(),
    },
    log,
    found.name,
  ).catch((error: unknown) => {
    forget();
    throw error;
  });
  const working = setInterval(() => worker.reportWorking(), WORKING_MS);
  return {
    get isPinned() {
      return consumer.isPinned;
    },
    get inFlight() {
      return worker.inFlight;
    },
    resumeParked: () => worker.resumeParked(),
    pausesChanged: () => worker.pausesChanged(),
    async stop(graceMs) {
      worker.stopStarting();
      await settled(() => worker.isIdle, graceMs);
      clearInterval(working);
      await consumer.stop(worker.handBack()).finally(() => {
        forget();
        worker.drop();
      });
    },
  };
}

class OrderedQueue {
  readonly #deps: QueueDeps;
  readonly #tenant: string;
  readonly #queue: string;
  readonly #partition: Partition | undefined;
  readonly #outcomes: Outcomes;
  readonly #settler: Settler;
  readonly #context: QueueContext;
  readonly #unacknowledged: Unacknowledged;
  readonly #takenOver = new TakenOver();
  readonly #running = new Running();
  readonly #lanes: QueueLanes;
  readonly #parking: Parking;
  /** Whether the lanes that an earlier process parked are known: until then nothing may run. */
  #isParkingKnown = false;
  /** Messages whose slots or schema are being read, in order. */
  #incoming: Delivered[] = [];
  #isAdmitting = false;
  /** Up to here, events have been admitted to their lanes. */
  #admitted = 0;
  /** The newest message that this process was ever given. */
  #received = 0;
  #recovered = new Map<number, Execution>();
  /** Of them, those that ended and whose remaining steps have been taken. */
  readonly #completed = new Set<number>();
  readonly #cancelled = new CancelledEvents((sequence) => sequence <= this.#admitted);
  /** Whether those that were cancelled before this process got the queue are among them. */
  #areCancelledKnown = false;
  /** Whether this process has the queue, as far as it knows. */
  #isBegun = false;
  #epoch = 0;
  #isStopping = false;
  /** Whether something may still run that was begun before the queue was lost. */
  #isHaunted = false;

  constructor(deps: QueueDeps, { tenant, queue, partition }: FoundConsumer, outcomes: Outcomes, laneKey: LaneKey) {
    this.#deps = deps;
    this.#tenant = tenant;
    this.#queue = queue;
    this.#partition = partition;
    this.#outcomes = outcomes;
    this.#unacknowledged = new Unacknowledged((message) => deps.nats.publisher.acknowledge(message));
    this.#settler = createSettler(deps.nats, outcomes, deps.log, outgoingSubject(deps.definitions), deps.onSettled);
    this.#parking = createParking(deps.nats, tenant, queue, partition?.index);
    this.#context = {
      nats: deps.nats,
      log: deps.log,
      isStopping: () => this.#isStopping,
      isPaused: (event) => deps.definitions.isPaused(tenant, queue, event),
      isAtRest: () => deps.definitions.isAtRest(tenant, queue),
      openSandboxLane: () => this.#running.counted(deps.pool.openLane(tenant)),
      admit: (event) => deps.admission.admit(event, queue, partition),
      recordedOutcome: async (event) => (await latestOf(outcomes, [event])).get(event.sequence),
      park: (lane, entries, before) => this.#lanes.park(lane, entries, before),
      liveEvent: (event) => deps.definitions.event(tenant, event),
      decisionContext: (readyAtMs) => ({ queue, node: deps.node, nowMs: Date.now(), readyAtMs }),
      settle: (settlement, onDone) => this.#settler.settle(settlement, onDone),
    };
    this.#lanes = new QueueLanes(this.#context, {
      parking: this.#parking,
      laneKey,
      admitted: () => this.#admitted,
    });
  }

  get inFlight(): number {
    return this.#unacknowledged.size;
  }

  get isIdle(): boolean {
    return this.#running.isIdle && this.#settler.pending === 0;
  }

  stopStarting(): void {
    this.#isStopping = true;
  }

  pausesChanged(): void {
    this.#lanes.pausesChanged();
  }

  /** What whoever is next may be told of the tail: something, if all that has begun here has its record. */
  handBack(): HandBack | undefined {
    const { parked } = this.#lanes;
    const isKnown = this.isIdle && this.#isParkingKnown && !this.#isHaunted && !this.#takenOver.isForgotten;
    const isClear = isKnown && !parked.some(({ isDoubtful }) => isDoubtful);
    const hasTail = this.#unacknowledged.size > 0 || parked.length > 0;
    const received = Math.max(this.#received, this.#unacknowledged.upTo, 1);
    return isClear && hasTail ? { doubtful: this.#takenOver.end, received } : undefined;
  }

  /** Begins anew after the tail's floor. */
  begin(tail: Tail): void {
    this.drop();
    this.#outcomes.forget();
    this.#isBegun = true;
    this.#isParkingKnown = false;
    this.#unacknowledged.begin(tail.floor);
    this.#admitted = tail.floor;
    this.#takenOver.begin(tail, this.#received);
    this.#areCancelledKnown = false;
    // What is parked does not wait for a message.
    this.#admitIncoming();
  }

  /** Forgets everything: it belongs to another process, or comes again. */
  drop(): void {
    this.#epoch += 1;
    this.#isBegun = false;
    this.#isHaunted = true;
    this.#settler.abandon();
    this.#lanes.closeAll();
    this.#unacknowledged.begin(this.#unacknowledged.upTo);
    this.#recovered.clear();
    this.#completed.clear();
    this.#cancelled.clear();
    this.#incoming = [];
    this.#isAdmitting = false;
  }

  reportWorking(): void {
    for (const message of this.#unacknowledged.unfinished()) this.#deps.nats.publisher.stillWorking(message);
  }

  receive(message: Delivered): void {
    if (!this.#unacknowledged.take(message)) return;
    this.#received = Math.max(this.#received, message.sequence);
    this.#incoming.push(message);
    if (!this.#isAdmitting) this.#admitIncoming();
  }

  /** Admits messages in order, pausing for what must be read first; without that it is done before it returns. */
  #admitIncoming(): void {
    const epoch = this.#epoch;
    const again = () => {
      if (epoch !== this.#epoch) return;
      this.#isAdmitting = false;
      this.#admitIncoming();
    };
    const pauseFor = (work: Promise<unknown>) => {
      this.#isAdmitting = true;
      work.then(again, (error: unknown) => {
        this.#deps.log.warn({ err: error, queue: this.#queue }, 'queue cannot go on yet');
        setTimeout(again, 250);
      });
    };
    for (;;) {
      if (this.#isHaunted) {
        pauseFor(this.#outlive(epoch));
        return;
      }
      if (!this.#isParkingKnown) {
        pauseFor(this.#resumeParked(epoch));
        return;
      }
      const [message] = this.#incoming;
      if (!message) return;
      if (!this.#areCancelledKnown) {
        pauseFor(this.#readCancelled(epoch, message.timeMs));
        return;
      }
      const event = readEvent(message, queueStream(this.#tenant, this.#queue));
      if (!event || !this.#isOwn(event)) {
        this.#shift();
        this.#unacknowledged.done(message.sequence);
        continue;
      }
      if (this.#lacksSlot(message.sequence)) {
        pauseFor(this.#unacknowledged.untilNext());
        return;
      }
      if (!this.#outcomes.isPrepared(message.sequence)) {
        pauseFor(this.#prepare(epoch));
        return;
      }
      // Of one that was cancelled there is nothing left to be done.
      const isCancelled = this.#cancelled.delete(message.sequence);
      if (this.#completed.delete(message.sequence) || isCancelled) {
        this.#recovered.delete(message.sequence);
        this.#shift();
        this.#unacknowledged.done(message.sequence);
        continue;
      }
      const recorded = this.#recordedOf(message);
      if (recorded && recorded.status !== 'retry') {
        pauseFor(this.#completeRecovered(epoch));
        return;
      }
      const admitted = this.#context.admit(event);
      if (admitted instanceof Promise) {
        // Asked again, one that can never be read would be read again, without end.
        pauseFor(admitted.then((answer) => this.#enter(epoch, event, answer, recorded)));
        return;
      }
      this.#enter(epoch, event, admitted, recorded);
    }
  }

  /** An event was cancelled, and its record is stored. */
  cancel(execution: Execution, at: number): void {
    if (!this.#isBegun) return;
    const { sequence } = execution;
    this.#outcomes.learn(execution, at);
    if (!this.#lanes.cancel(sequence)) this.#cancelled.add(sequence);
  }

  /** Its slot says it of an event whose slot is read; that of one that comes later may have been read before. */
  async #readCancelled(epoch: number, sinceMs: number): Promise<void> {
    const found = await cancelledSince(this.#deps.nats, this.#tenant, this.#queue, sinceMs);
    if (epoch !== this.#epoch) return;
    this.#areCancelledKnown = true;
    for (const sequence of found) this.#cancelled.add(sequence);
  }

  #isOwn(event: QueuedEvent): boolean {
    return !this.#partition || isOwnEvent(event, this.#partition);
  }

  /** Whether an event that is far before it, as happens in a partition, may be in work and have its outcome in the same slot. */
  #lacksSlot(sequence: number): boolean {
    return this.#unacknowledged.distance(sequence) >= SLOTS;
  }

  #shift(): void {
    this.#admitted = this.#incoming.shift()?.sequence ?? this.#admitted;
  }

  /** What was begun before the queue was lost runs to its end: the same events must not run beside it. */
  async #outlive(epoch: number): Promise<void> {
    await this.#running.untilIdle();
    if (epoch === this.#epoch) this.#isHaunted = false;
  }

  /** Goes on with the lanes that are parked and not open. */
  async #resumeParked(epoch: number): Promise<void> {
    const names = await this.#parking.lanes();
    if (epoch !== this.#epoch) return;
    // What was parked by one who let go of the queue cleanly has not begun.
    const isTakenOver = this.#isParkingKnown || !this.#takenOver.isHandedBack;
    this.#isParkingKnown = true;
    this.#lanes.resume(names, isTakenOver);
  }

  /** A process that has lost the queue may have been parking still when this one looked what is parked. */
  async resumeParked(): Promise<void> {
    if (this.#isParkingKnown && !this.#isHaunted && !this.#isStopping) await this.#resumeParked(this.#epoch);
  }

  async #prepare(epoch: number): Promise<void> {
    const times = new Map(this.#incoming.map(({ sequence, timeMs }) => [sequence, timeMs]));
    const sinceMs = Math.min(...times.values());
    const found = await this.#outcomes.prepare(this.#unprepared(), sinceMs, (sequence) => times.get(sequence));
    if (epoch !== this.#epoch) return;
    for (const [sequence, recorded] of found) {
      this.#recovered.set(sequence, recorded);
      // One may be cancelled far from its turn.
      if (recorded.status !== 'cancelled') this.#takenOver.hasRun(sequence);
    }
  }

  /** What has come, and what comes next: where events come one by one, a look-up for each would cost more than the event. */
  #unprepared(): number[] {
    const come = this.#incoming.map(({ sequence }) => sequence);
    // What comes next in a partition nobody knows: most of the sequences are others'.
    if (this.#partition) return come;
    const next = (come.at(-1) ?? 0) + 1;
    const ahead = Array.from({ length: AHEAD }, (_, index) => next + index);
    return [...come, ...ahead.filter((sequence) => !this.#outcomes.isPrepared(sequence))];
  }

  /** It may have been looked for before it came, when nobody knew what would come. */
  #recordedOf({ sequence, timeMs }: Delivered): Execution | undefined {
    const recorded = this.#recovered.get(sequence);
    return recorded && isRecordOf(recorded, timeMs) ? recorded : undefined;
  }

  /** Takes the steps that the process which recorded the outcomes may not have come to, of all that are here. */
  async #completeRecovered(epoch: number): Promise<void> {
    const ended = this.#incoming.flatMap((message) => {
      const recorded = this.#recordedOf(message);
      const event = readEvent(message, queueStream(this.#tenant, this.#queue));
      return event && recorded && recorded.status !== 'retry' ? [settlementOf(recorded, event)] : [];
    });
    await complete(this.#deps.nats, ended);
    if (epoch !== this.#epoch) return;
    for (const { execution } of ended) {
      this.#recovered.delete(execution.sequence);
      this.#completed.add(execution.sequence);
    }
  }

  /** It joins its lane, unless it was cancelled while its schema was being read: then the next turn is done with it. */
  #enter(epoch: number, event: QueuedEvent, admitted: Admitted, recorded: Execution | undefined): void {
    if (epoch !== this.#epoch || this.#cancelled.has(event.sequence)) return;
    this.#shift();
    this.#enqueue(event, admitted, recorded);
  }

  #enqueue(event: QueuedEvent, admitted: Admitted, recorded: Execution | undefined): void {
    const readyAtMs = recorded?.nextAttemptAt ? Date.parse(recorded.nextAttemptAt) : event.timeMs;
    // Of what is on record, only a further attempt may have begun, if it was due.
    const mayHaveRun = this.#takenOver.mayHaveRun(event.sequence) && readyAtMs <= Date.now();
    const entry: LaneEntry = {
      event,
      key: admitted.key,
      admitted: admitted.verdict ? { verdict: admitted.verdict } : { declared: admitted.declared },
      attempt: (recorded?.attempt ?? 0) + (mayHaveRun ? 2 : 1),
      readyAtMs,
      onSettled: () => this.#unacknowledged.done(event.sequence),
    };
    const isAside = recorded && !admitted.verdict && admitted.declared.job.retry.isOrderRelaxed;
    if (isAside && this.#lanes.parkAside(entry)) return;
    if (mayHaveRun && !admitted.verdict) {
      const lost = { event, key: admitted.key, declared: admitted.declared, attempt: entry.attempt - 1 };
      entry.lost = () => settleLost(lost, this.#context.decisionContext(readyAtMs));
    }
    this.#lanes.of(event.name, admitted.key).push(entry);
  }
}
