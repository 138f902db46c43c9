import {
  cancelledSince,
  complete,
  consumeShared,
  createOutcomes,
  latestOf,
  deliveredBy,
  queueStream,
  readEvent,
  type JsMsg,
  type Outcomes,
  type QueuedEvent,
  type SharedHandlers,
} from '@jobico/messaging';
import type { Execution } from '@jobico/contract';
import type { SandboxLane } from '../sandboxes/pool.ts';
import { decide, decideUnrun, settlementOf } from '../settlement/build-settlement.ts';
import type { Attempt, Outcome } from '../work.ts';
import { CancelledEvents } from './cancelled-events.ts';
import { outgoingSubject } from './outgoing-subject.ts';
import { settled, type QueueDeps, type QueueWorker } from './queue-worker.ts';
import { createSettler, type Settler } from './settler.ts';

const PULL = 256;
const WORKING_MS = 10_000;
/** Before an event that could not be looked into is delivered again. */
const LATER_MS = 1000;
/** An attempt that is due so soon is not put off again. */
const EARLY_MS = 50;

/** Works an unordered queue beside every other executor: each event by itself, acknowledged when it is settled. */
export async function workUnorderedQueue(deps: QueueDeps, tenant: string, queue: string): Promise<QueueWorker> {
  const worker = new UnorderedQueue(deps, tenant, queue);
  const handlers: SharedHandlers = {
    onMessage: (message) => worker.receive(message),
    onReconnect: (forgotten) => worker.doubt(forgotten),
  };
  // Before anything comes: what is cancelled from then on is told, what was before is read.
  const forget = deps.cancellations.follow(tenant, queue, (execution, at) => worker.cancel(execution, at));
  const stream = queueStream(tenant, queue);
  const consumer = await consumeShared(deps.nats, stream, PULL, handlers, deps.log).catch((error: unknown) => {
    forget();
    throw error;
  });
  worker.unbegun = (sequence) => consumer.unbegun(sequence);
  const working = setInterval(() => worker.reportWorking(), WORKING_MS);
  return {
    isPinned: false,
    get inFlight() {
      return worker.inFlight;
    },
    resumeParked: () => Promise.resolve(),
    pausesChanged: () => worker.pausesChanged(),
    async stop(graceMs) {
      worker.stopStarting();
      await consumer.close();
      await settled(() => worker.isIdle, graceMs);
      clearInterval(working);
      forget();
      await consumer.giveBack(worker.takeUnbegun());
    },
  };
}

class UnorderedQueue {
  readonly #deps: QueueDeps;
  readonly #tenant: string;
  readonly #queue: string;
  readonly #outcomes: Outcomes;
  readonly #settler: Settler;
  /** In work, by sequence, each as it was delivered last. */
  readonly #deliveries = new Map<number, JsMsg>();
  /** Not to be started while they are paused, each with what starts it then. */
  readonly #held = new Map<string, Map<number, () => void>>();
  /** Handed to a sandbox. */
  readonly #lanes = new Map<SandboxLane, QueuedEvent>();
  /** Delivered, and given back when this worker stops. */
  readonly #unbegun = new Set<number>();
  /** To be started together: what must be read of them is read at once. */
  #incoming: JsMsg[] = [];
  /** The newest message that was delivered here. */
  #latest = 0;
  /** Of what was delivered before, and comes again, the records are read. */
  readonly #cancelled = new CancelledEvents((sequence) => sequence <= this.#latest && !this.#deliveries.has(sequence));
  /** Whether those that were cancelled before anything came here are among them. */
  #areCancelledKnown = false;
  /** Up to here, an event may have run in another process and nothing tell of it. */
  #forgotten: Promise<number> | number = 0;
  #isStopping = false;
  /** How many deliveries of a message have not begun. */
  unbegun: (sequence: number) => number = () => 0;

  constructor(deps: QueueDeps, tenant: string, queue: string) {
    this.#deps = deps;
    this.#tenant = tenant;
    this.#queue = queue;
    this.#outcomes = createOutcomes(deps.nats, tenant, queue);
    this.#settler = createSettler(
      deps.nats,
      this.#outcomes,
      deps.log,
      outgoingSubject(deps.definitions),
      deps.onSettled,
    );
  }

  get inFlight(): number {
    return this.#deliveries.size;
  }

  /** Nothing is being started, runs or is being settled. */
  get isIdle(): boolean {
    return this.#deliveries.size === this.#unbegun.size;
  }

  /** What is held will not run here, nor what waits for its turn. */
  stopStarting(): void {
    this.#isStopping = true;
    this.#goOn(() => true);
    for (const lane of this.#lanes.keys()) lane.recall();
  }

  /** The messages of what has not begun; it is for others to run. */
  takeUnbegun(): JsMsg[] {
    const messages = [...this.#unbegun].flatMap((sequence) => this.#deliveries.get(sequence) ?? []);
    for (const sequence of this.#unbegun) this.#deliveries.delete(sequence);
    this.#unbegun.clear();
    return messages;
  }

  pausesChanged(): void {
    for (const [lane, event] of this.#lanes) if (this.#isPaused(event.name)) lane.recall();
    this.#goOn((event) => !this.#isPaused(event));
  }

  /** An event was cancelled, and its record is stored. */
  cancel(execution: Execution, at: number): void {
    const { sequence } = execution;
    this.#outcomes.learn(execution, at);
    this.#cancelled.add(sequence);
    for (const [lane, event] of this.#lanes) if (event.sequence === sequence) lane.cancel(event);
    for (const held of this.#held.values()) {
      const start = held.get(sequence);
      held.delete(sequence);
      start?.();
    }
  }

  /** Its slot says it of an event whose slot is read; that of one that comes later may have been read before. */
  async #readCancelled(messages: readonly JsMsg[]): Promise<void> {
    if (this.#areCancelledKnown) return;
    const sinceMs = Math.min(...messages.map(({ time }) => time.getTime()));
    for (const sequence of await cancelledSince(this.#deps.nats, this.#tenant, this.#queue, sinceMs)) {
      this.#cancelled.add(sequence);
    }
    this.#areCancelledKnown = true;
  }

  #isPaused(event: string): boolean {
    return this.#deps.definitions.isPaused(this.#tenant, this.#queue, event);
  }

  #hold(event: string, { seq }: JsMsg, start: () => void): void {
    const held = this.#held.get(event) ?? new Map<number, () => void>();
    this.#held.set(event, held.set(seq, start));
  }

  #goOn(isMeant: (event: string) => boolean): void {
    for (const [event, held] of this.#held) {
      if (!isMeant(event)) continue;
      this.#held.delete(event);
      for (const start of held.values()) start();
    }
  }

  reportWorking(): void {
    for (const message of this.#deliveries.values()) message.working();
  }

  /** What comes from now on may have run. */
  doubt(forgotten: Promise<number>): void {
    this.#outcomes.forget();
    this.#forgotten = forgotten;
    void forgotten.then((upTo) => {
      if (this.#forgotten === forgotten) this.#forgotten = upTo;
    });
  }

  receive(message: JsMsg): void {
    const isInWork = this.#deliveries.has(message.seq);
    this.#deliveries.set(message.seq, message);
    if (isInWork) return;
    if (this.#isStopping) {
      this.#unbegun.add(message.seq);
      return;
    }
    this.#incoming.push(message);
    if (this.#incoming.length === 1) queueMicrotask(() => void this.#startIncoming());
  }

  async #startIncoming(): Promise<void> {
    const messages = this.#incoming;
    this.#incoming = [];
    // A delivery count says nothing once the server or its consumer was started anew.
    const doubtful = messages.filter(
      ({ seq, info }) => info.deliveryCount > 1 || seq <= this.#latest || !this.#outcomes.isPrepared(seq),
    );
    for (const { seq } of messages) this.#latest = Math.max(this.#latest, seq);
    try {
      const forgotten = await this.#forgotten;
      await this.#readCancelled(messages);
      const recorded = await this.#recordedOf(doubtful);
      for (const message of messages) {
        void this.#start(message, recorded.get(message.seq), message.seq <= forgotten);
      }
    } catch (error) {
      for (const message of messages) this.#startLater(message, error);
    }
  }

  async #recordedOf(messages: readonly JsMsg[]): Promise<Map<number, Execution>> {
    const events = messages.map(({ seq, time }) => ({ sequence: seq, timeMs: time.getTime() }));
    return await latestOf(this.#outcomes, events);
  }

  async #start(message: JsMsg, recorded: Execution | undefined, isForgotten: boolean): Promise<void> {
    try {
      const event = readEvent(deliveredBy(message), queueStream(this.#tenant, this.#queue));
      if (!event || this.#cancelled.has(message.seq)) this.#release(message, (delivered) => delivered.ack());
      else if (!recorded || recorded.status === 'retry') await this.#next(message, event, recorded, isForgotten);
      else {
        await complete(this.#deps.nats, [settlementOf(recorded, event)]);
        this.#release(message, (delivered) => delivered.ack());
      }
    } catch (error) {
      this.#startLater(message, error);
    }
  }

  #startLater(message: JsMsg, error: unknown): void {
    this.#deps.log.warn({ err: error, queue: this.#queue, sequence: message.seq }, 'event cannot be started yet');
    this.#release(message, (delivered) => delivered.nak(LATER_MS));
  }

  /** The next attempt, when it is due; each delivery may have begun one. */
  async #next(
    message: JsMsg,
    event: QueuedEvent,
    recorded: Execution | undefined,
    isForgotten: boolean,
  ): Promise<void> {
    const readyAtMs = recorded?.nextAttemptAt === undefined ? event.timeMs : Date.parse(recorded.nextAttemptAt);
    const waitMs = readyAtMs - Date.now();
    if (waitMs > EARLY_MS) {
      this.#release(message, (delivered) => delivered.nak(waitMs));
      return;
    }
    const deliveries = message.info.deliveryCount - this.unbegun(message.seq);
    const attempt = Math.max(deliveries, (recorded?.attempt ?? 0) + (isForgotten ? 2 : 1));
    await this.#admit(message, event, attempt, readyAtMs);
  }

  async #admit(message: JsMsg, event: QueuedEvent, attempt: number, readyAtMs: number): Promise<void> {
    if (this.#cancelled.has(message.seq)) {
      this.#release(message, (delivered) => delivered.ack());
      return;
    }
    if (this.#isStopping) {
      this.#unbegun.add(message.seq);
      return;
    }
    if (this.#isPaused(event.name)) {
      this.#hold(event.name, message, () => void this.#admitAgain(message, event, attempt, readyAtMs));
      return;
    }
    const admitted = await this.#deps.admission.admit(event, this.#queue);
    if (admitted.verdict) {
      const unrun = { event, key: admitted.key, attempt };
      const { settlement } = decideUnrun(unrun, admitted.verdict, this.#decisionContext(readyAtMs));
      this.#settler.settle(settlement, () => this.#release(message, (delivered) => delivered.ack()));
      return;
    }
    this.#run(message, { event, key: admitted.key, declared: admitted.declared, attempt }, readyAtMs);
  }

  /** What was held, or came back unrun, runs as is live by then. */
  async #admitAgain(message: JsMsg, event: QueuedEvent, attempt: number, readyAtMs: number): Promise<void> {
    try {
      await this.#admit(message, event, attempt, readyAtMs);
    } catch (error) {
      this.#startLater(message, error);
    }
  }

  #run(message: JsMsg, attempt: Attempt, readyAtMs: number): void {
    const lane = this.#deps.pool.openLane(this.#tenant);
    this.#lanes.set(lane, attempt.event);
    const onOutcome = (outcome: Outcome) => {
      this.#lanes.delete(lane);
      lane.close();
      // One that was cancelled is let go of there.
      if (outcome.kind === 'unrun' || this.#cancelled.has(message.seq)) {
        void this.#admitAgain(message, attempt.event, attempt.attempt, readyAtMs);
        return;
      }
      const { settlement, retryAtMs } = decide(attempt, outcome, this.#decisionContext(readyAtMs));
      this.#settler.settle(settlement, (which) => {
        if (retryAtMs === undefined || which === 'fenced') this.#release(message, (delivered) => delivered.ack());
        else this.#release(message, (delivered) => delivered.nak(Math.max(1, retryAtMs - Date.now())));
      });
    };
    lane.send({ ...attempt, onOutcome });
  }

  /** Lets go of an event; what is said of it is said of its last delivery. */
  #release({ seq }: JsMsg, how: (message: JsMsg) => void): void {
    const message = this.#deliveries.get(seq);
    this.#deliveries.delete(seq);
    this.#cancelled.delete(seq);
    if (message) how(message);
  }

  #decisionContext(readyAtMs: number) {
    return { queue: this.#queue, node: this.#deps.node, nowMs: Date.now(), readyAtMs };
  }
}
