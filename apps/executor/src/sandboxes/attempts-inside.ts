import type { Dispatch } from '@jobico/component';
import { isoTime } from '@jobico/contract';
import type { QueuedEvent } from '@jobico/messaging';
import type { CallContext } from '../host/host-services.ts';
import type { InputRecorder } from '../host/recorded-inputs.ts';
import type { LiveRun } from '../live-logs.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { Work } from '../work.ts';

/** An attempt that is in the process. */
export interface AttemptInside {
  lane: number;
  work: Work;
  bytes: number;
  /** From its first host call on. */
  calls: CallContext | undefined;
  /** Ends what those calls have under way. */
  ended: AbortController | undefined;
  hostCalls: number;
  /** Takes the secrets that the job was given out of what it says. */
  redactor: Redactor | undefined;
  /** Where its job says that inputs are recorded, from its first host call on. */
  inputs: InputRecorder | undefined;
  /** From when its lines are told while it runs. */
  live: LiveRun | undefined;
  /** Whether its event was cancelled: if it runs, it is ended by force. */
  isCancelled: boolean;
}

/** Attempts that may be in the process, and the bytes of their events: enough to keep it busy while answers travel. */
const MOST = 256;
const MOST_BYTES = 8 << 20;

/** Given as a reason, or every abort makes an error with a stack. */
const ENDED = 'the attempt has ended';

/** The attempts that were handed to a sandbox process and have no outcome, by the number that names them there. */
export class AttemptsInside {
  readonly #attempts = new Map<number, AttemptInside>();
  #bytes = 0;
  #next = 0;

  get size(): number {
    return this.#attempts.size;
  }

  get isFull(): boolean {
    return this.#attempts.size >= MOST || this.#bytes >= MOST_BYTES;
  }

  get(n: number): AttemptInside | undefined {
    return this.#attempts.get(n);
  }

  /** The attempt of an event, if it is here. */
  of(event: QueuedEvent): AttemptInside | undefined {
    for (const attempt of this.#attempts.values()) if (attempt.work.event === event) return attempt;
    return undefined;
  }

  oldest(): number | undefined {
    const [n] = this.#attempts.keys();
    return n;
  }

  /** Numbers an attempt, and answers what goes over to the process. */
  enter(lane: number, work: Work, key: string, redactor?: Redactor): Dispatch {
    const n = (this.#next += 1);
    const { event, attempt } = work;
    const { id, tenant, name, text: data, timeMs } = event;
    this.#attempts.set(n, {
      lane,
      work,
      bytes: data.length,
      calls: undefined,
      ended: undefined,
      hostCalls: 0,
      redactor,
      inputs: undefined,
      live: undefined,
      isCancelled: false,
    });
    this.#bytes += data.length;
    return {
      n,
      lane,
      key,
      event: { id, tenant, name, key: work.key, time: isoTime(timeMs), attempt, data },
    };
  }

  /** Those that have an attempt here. */
  lanes(): Set<number> {
    return new Set([...this.#attempts.values()].map(({ lane }) => lane));
  }

  leave(n: number): AttemptInside | undefined {
    const attempt = this.#attempts.get(n);
    if (!attempt) return undefined;
    this.#attempts.delete(n);
    this.#bytes -= attempt.bytes;
    attempt.ended?.abort(ENDED);
    return attempt;
  }

  leaveAll(): AttemptInside[] {
    return [...this.#attempts.keys()].flatMap((n) => this.leave(n) ?? []);
  }
}
