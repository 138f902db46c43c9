import { JobicoError } from '@jobico/contract';

import { CALL_LIMITS } from './calls.ts';
import { Violation } from './incoming.ts';
import type { LogLine } from './incoming.ts';
import type { Dispatch } from './sandbox.ts';
import { LIVE_AFTER_MS, LIVE_EVERY_MS, MAX_CALLS_OF_SANDBOX, MAX_CALLS_UNDER_WAY } from './wire.ts';
import type { ComponentLimits, EventTuple, SandboxStatus } from './wire.ts';

/** A component as the supervisor knows it. */
export interface KnownComponent {
  /** Its number on the wire. */
  readonly number: number;
  readonly limits: ComponentLimits;
}

/** An event that is in the sandbox. */
export interface Flight {
  readonly n: number;
  readonly lane: number;
  readonly component: KnownComponent;
  /** Milliseconds since 1970. */
  readonly dispatchedAt: number;
  /** The same moment by `performance.now()`. */
  readonly boardedAt: number;
  /** `performance.now()`; undefined while it waits for its turn. */
  startedAt: number | undefined;
  /** Host calls without an answer. */
  callsUnderWay: number;
  /** How often its guest was entered, less the answers that let it go on. */
  entries: number;
  /** What it has told of its lines so far; undefined for most. */
  live: LiveLines | undefined;
}

interface LiveLines {
  times: number;
  lines: number;
  bytes: number;
}

/** Entries in the first moment of an event that mean no flood yet. */
const MAX_HASTY_ENTRIES = 100;

/** Everything that is in a sandbox: what it may speak of, and nothing else. What does not fit is a Violation. */
export class Flights {
  readonly #flights = new Map<number, Flight>();
  readonly #lanes = new Map<number, { inFlight: number; isBroken: boolean }>();
  #forgotten: number[] = [];
  /** Also those of events that have ended meanwhile: the supervisor still works on them. */
  readonly #calls = new Map<number, { n: number; size: number }>();
  #bytesUnderWay = 0;

  get size(): number {
    return this.#flights.size;
  }

  has(n: number): boolean {
    return this.#flights.has(n);
  }

  all(): number[] {
    return [...this.#flights.keys()];
  }

  /** Takes a whole batch in, or throws `internal` and takes none. Returns what goes over the wire. */
  board(batch: readonly Dispatch[], known: ReadonlyMap<string, KnownComponent>): EventTuple[] {
    const components = this.#componentsOf(batch, known);
    const dispatchedAt = Date.now();
    const boardedAt = performance.now();
    return components.map(([{ n, lane, event }, component]) => {
      this.#flights.set(n, {
        n,
        lane,
        component,
        dispatchedAt,
        boardedAt,
        startedAt: undefined,
        callsUnderWay: 0,
        entries: 0,
        live: undefined,
      });
      this.#enterLane(lane);
      return toTuple(n, lane, component.number, event);
    });
  }

  #componentsOf(
    batch: readonly Dispatch[],
    known: ReadonlyMap<string, KnownComponent>,
  ): (readonly [Dispatch, KnownComponent])[] {
    const numbers = new Set<number>();
    return batch.map((dispatch) => {
      const { n, key } = dispatch;
      if (this.#flights.has(n) || numbers.has(n)) throw misuse(`event ${n} is in the sandbox already`);
      const component = known.get(key);
      if (component === undefined) throw misuse(`component ${key} is not loaded`);
      numbers.add(n);
      return [dispatch, component] as const;
    });
  }

  /** `n` is known to run, though nothing has been said of it yet: since it came, or since what was heard last, at `heardAt`. */
  started(n: number, heardAt: number): void {
    const flight = this.#of(n);
    flight.startedAt ??= Math.max(flight.boardedAt, heardAt);
  }

  /** The guest of `n` is entered. */
  entered(n: number): void {
    const flight = this.#of(n);
    const now = performance.now();
    flight.startedAt ??= now;
    flight.entries += 1;
    // Once, once more for every answer, and after sleeps, of which none is shorter than a millisecond.
    if (flight.entries > MAX_HASTY_ENTRIES + (now - flight.startedAt) * 2) throw new Violation('a flood of entries');
  }

  /** The guest of `n` waits for an answer. */
  called(n: number, callId: number, size: number): void {
    const flight = this.#of(n);
    if (this.#calls.has(callId)) throw new Violation('a host call with the id of another');
    if (flight.callsUnderWay >= MAX_CALLS_UNDER_WAY) throw new Violation('too many host calls at once');
    this.#bytesUnderWay += size;
    if (this.#bytesUnderWay > CALL_LIMITS.underWay || this.#calls.size >= MAX_CALLS_OF_SANDBOX) {
      throw new Violation('host calls that hold too much');
    }
    this.#calls.set(callId, { n, size });
    flight.callsUnderWay += 1;
  }

  /** An answer goes in. */
  answered(callId: number): void {
    const call = this.#calls.get(callId);
    if (call === undefined) return;
    this.#calls.delete(callId);
    this.#bytesUnderWay -= call.size;
    const flight = this.#flights.get(call.n);
    if (flight === undefined) return;
    flight.callsUnderWay -= 1;
    flight.entries -= 1;
  }

  /** Breaks those of these lanes that have something in the sandbox, and answers them. */
  recall(numbers: readonly number[]): number[] {
    return numbers.filter((number) => {
      const lane = this.#lanes.get(number);
      if (lane !== undefined) lane.isBroken = true;
      return lane !== undefined;
    });
  }

  /** What the component of `n` may use. */
  limitsOf(n: number): ComponentLimits {
    return this.#of(n).component.limits;
  }

  /** What `n` may still tell of its lines while it runs. */
  logsLeft(n: number): Pick<ComponentLimits, 'logLines' | 'logBytes'> {
    const { component, live } = this.#of(n);
    const { logLines, logBytes } = component.limits;
    return { logLines: logLines - (live?.lines ?? 0), logBytes: logBytes - (live?.bytes ?? 0) };
  }

  /** `n` has told its next lines. */
  logged(n: number, lines: readonly LogLine[]): void {
    const flight = this.#of(n);
    // From when it was sent: that it was entered may be told together with its lines.
    const ranMs = performance.now() - flight.boardedAt;
    if (lines.length === 0 || ranMs < LIVE_AFTER_MS) throw new Violation('log lines before their time');
    flight.live ??= { times: 0, lines: 0, bytes: 0 };
    const { live } = flight;
    live.times += 1;
    if (live.times > 2 + (2 * ranMs) / LIVE_EVERY_MS) throw new Violation('a flood of log lines');
    live.lines += lines.length;
    for (const { message } of lines) live.bytes += Buffer.byteLength(message);
  }

  /** `n` has its outcome. */
  landed(n: number, status: SandboxStatus): Flight {
    const flight = this.#of(n);
    this.#flights.delete(n);
    this.#leaveLane(flight.lane, status === 'ok');
    return flight;
  }

  running(): { n: number; since: number }[] {
    return Array.from(this.#flights.values()).flatMap(({ n, startedAt }) =>
      startedAt === undefined ? [] : [{ n, since: startedAt }],
    );
  }

  /** Lanes of which nothing is in the sandbox any more since they broke; told once. */
  takeForgotten(): number[] {
    const taken = this.#forgotten;
    this.#forgotten = [];
    return taken;
  }

  #of(n: number): Flight {
    const flight = this.#flights.get(n);
    if (flight === undefined) throw new Violation('a message about an event that is not in the sandbox');
    return flight;
  }

  #enterLane(number: number): void {
    const lane = this.#lanes.get(number);
    if (lane === undefined) this.#lanes.set(number, { inFlight: 1, isBroken: false });
    else lane.inFlight += 1;
  }

  #leaveLane(number: number, isOk: boolean): void {
    const lane = this.#lanes.get(number);
    if (lane === undefined) return;
    lane.inFlight -= 1;
    lane.isBroken ||= !isOk;
    if (lane.inFlight > 0) return;
    this.#lanes.delete(number);
    if (lane.isBroken) this.#forgotten.push(number);
  }
}

function toTuple(n: number, lane: number, component: number, event: Dispatch['event']): EventTuple {
  const { id, tenant, name, key, time, attempt, data } = event;
  return [n, lane, component, id, tenant, name, key ?? null, time, attempt, data];
}

function misuse(message: string): JobicoError {
  return new JobicoError('internal', `This cannot be dispatched: ${message}.`);
}
