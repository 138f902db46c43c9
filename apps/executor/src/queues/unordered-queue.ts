import {
  complete,
  consumeShared,
  createOutcomes,
  queueStream,
  readEvent,
  type JsMsg,
  type Outcomes,
  type QueuedEvent,
} from '@jobico/messaging';
import type { Execution } from '@jobico/contract';
import { decide, decideUnrun, settlementOf } from '../settlement/build-settlement.ts';
import type { Attempt, Outcome } from '../work.ts';
import { settled, type QueueDeps, type QueueWorker } from './queue-worker.ts';
import { createSettler, type Settler } from './settler.ts';

const PULL = 256;
const WORKING_MS = 10_000;
/** Before an event that could not be looked into is delivered again. */
const LATER_MS = 1000;

/** Works an unordered queue beside every other executor: each event by itself, acknowledged when it is settled. */
export async function workUnorderedQueue(deps: QueueDeps, tenant: string, queue: string): Promise<QueueWorker> {
  const worker = new UnorderedQueue(deps, tenant, queue);
  const consumer = await consumeShared(deps.nats, queueStream(tenant, queue), {
    pull: PULL,
    onMessage: (message) => void worker.receive(message),
  });
  const working = setInterval(() => worker.reportWorking(), WORKING_MS);
  return {
    isPinned: false,
    get inFlight() {
      return worker.inFlight;
    },
    async stop(graceMs) {
      worker.stopStarting();
      await consumer.stop();
      await settled(() => worker.inFlight === 0, graceMs);
      clearInterval(working);
    },
  };
}

class UnorderedQueue {
  readonly #deps: QueueDeps;
  readonly #tenant: string;
  readonly #queue: string;
  readonly #outcomes: Outcomes;
  readonly #settler: Settler;
  readonly #deliveries = new Set<JsMsg>();
  #isStopping = false;

  constructor(deps: QueueDeps, tenant: string, queue: string) {
    this.#deps = deps;
    this.#tenant = tenant;
    this.#queue = queue;
    this.#outcomes = createOutcomes(deps.nats, tenant, queue);
    this.#settler = createSettler(deps.nats, this.#outcomes, deps.log);
  }

  get inFlight(): number {
    return this.#deliveries.size;
  }

  stopStarting(): void {
    this.#isStopping = true;
  }

  reportWorking(): void {
    for (const message of this.#deliveries) message.working();
  }

  async receive(message: JsMsg): Promise<void> {
    if (this.#isStopping) {
      message.nak();
      return;
    }
    this.#deliveries.add(message);
    try {
      await this.#start(message);
    } catch (error) {
      this.#deps.log.warn({ err: error, queue: this.#queue, sequence: message.seq }, 'event cannot be started yet');
      this.#release(message, (delivered) => delivered.nak(LATER_MS));
    }
  }

  async #start(message: JsMsg): Promise<void> {
    const event = readEvent(message, queueStream(this.#tenant, this.#queue));
    if (!event) {
      this.#release(message, (delivered) => delivered.ack());
      return;
    }
    const { deliveryCount } = message.info;
    const recorded = deliveryCount > 1 ? await this.#recordedOf(event) : undefined;
    if (recorded && recorded.status !== 'retry') {
      await complete(this.#deps.nats, settlementOf(recorded, event));
      this.#release(message, (delivered) => delivered.ack());
      return;
    }
    if (!this.#outcomes.isPrepared(event.sequence)) await this.#outcomes.prepare([event.sequence], event.timeMs);
    const admitted = await this.#deps.admission.admit(event, this.#queue);
    const readyAtMs = recorded?.nextAttemptAt ? Date.parse(recorded.nextAttemptAt) : event.timeMs;
    if (admitted.verdict) {
      const { settlement } = decideUnrun(event, admitted.key, admitted.verdict, this.#decisionContext(readyAtMs));
      this.#settler.settle(settlement, () => this.#release(message, (delivered) => delivered.ack()));
      return;
    }
    const attempt = {
      event,
      key: admitted.key,
      declared: admitted.declared,
      attempt: recorded ? recorded.attempt + 1 : deliveryCount,
    };
    this.#run(message, attempt, readyAtMs);
  }

  async #recordedOf(event: QueuedEvent): Promise<Execution | undefined> {
    const found = await this.#outcomes.latest([event.sequence], event.timeMs);
    return found.get(event.sequence);
  }

  #run(message: JsMsg, attempt: Attempt, readyAtMs: number): void {
    const lane = this.#deps.pool.openLane(this.#tenant);
    const onOutcome = (outcome: Outcome) => {
      lane.close();
      if (outcome.kind === 'unrun') {
        if (this.#isStopping) this.#release(message, (delivered) => delivered.nak());
        else this.#run(message, attempt, readyAtMs);
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

  #release(message: JsMsg, how: (message: JsMsg) => void): void {
    if (this.#deliveries.delete(message)) how(message);
  }

  #decisionContext(readyAtMs: number) {
    return { queue: this.#queue, node: this.#deps.node, nowMs: Date.now(), readyAtMs };
  }
}
