import { JobicoError } from '@jobico/contract';

import { CALL_LIMITS } from './calls.ts';
import { Violation } from './incoming.ts';
import type { Dispatch } from './sandbox.ts';
import { MAX_CALLS_OF_SANDBOX, MAX_CALLS_UNDER_WAY } from './wire.ts';
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
  /** `performance.now()`; undefined while it waits for its turn. */
  startedAt: number | undefined;
  /** Host calls without an answer. */
  callsUnderWay: number;
  /** How often its guest was entered, less the answers that let it go on. */
  entries: number;
}

/** Everything that is in a sandbox: what it may speak of, and nothing else. */
export interface Flights {
  readonly size: number;
  has(n: number): boolean;
  /** Takes a whole batch in, or throws and takes none. Returns what goes over the wire. */
  board(batch: readonly Dispatch[], known: ReadonlyMap<string, KnownComponent>): EventTuple[];
  /** Lanes of which nothing is in the sandbox any more since they broke; told once. */
  takeForgotten(): number[];
  /** `n` is known to run, though nothing has been said of it yet. */
  started(n: number): void;
  /** The guest of `n` is entered. */
  entered(n: number): void;
  /** The guest of `n` waits for an answer. */
  called(n: number, callId: number, size: number): void;
  /** An answer goes in. */
  answered(callId: number): void;
  /** What the component of `n` may use. */
  limitsOf(n: number): ComponentLimits;
  /** `n` has its outcome. */
  landed(n: number, status: SandboxStatus): Flight;
  all(): number[];
  running(): { n: number; since: number }[];
}

/** Entries in the first moment of an event that mean no flood yet. */
const MAX_HASTY_ENTRIES = 100;

export function createFlights(): Flights {
  const flights = new Map<number, Flight>();
  const lanes = new Map<number, { inFlight: number; isBroken: boolean }>();
  let forgotten: number[] = [];
  /** Also those of events that have ended meanwhile: the supervisor still works on them. */
  const calls = new Map<number, { n: number; size: number }>();
  let underWay = 0;

  const of = (n: number): Flight => {
    const flight = flights.get(n);
    if (flight === undefined) throw new Violation('a message about an event that is not in the sandbox');
    return flight;
  };

  const enterLane = (number: number): void => {
    const lane = lanes.get(number);
    if (lane === undefined) lanes.set(number, { inFlight: 1, isBroken: false });
    else lane.inFlight += 1;
  };

  const leaveLane = (number: number, isOk: boolean): void => {
    const lane = lanes.get(number);
    if (lane === undefined) return;
    lane.inFlight -= 1;
    lane.isBroken ||= !isOk;
    if (lane.inFlight > 0) return;
    lanes.delete(number);
    if (lane.isBroken) forgotten.push(number);
  };

  return {
    get size() {
      return flights.size;
    },
    board(batch, known) {
      const numbers = new Set<number>();
      for (const { n, key } of batch) {
        if (flights.has(n) || numbers.has(n)) throw misuse(`event ${n} is in the sandbox already`);
        if (!known.has(key)) throw misuse(`component ${key} is not loaded`);
        numbers.add(n);
      }
      const dispatchedAt = Date.now();
      return batch.flatMap(({ n, lane, key, event }) => {
        const component = known.get(key);
        if (component === undefined) return [];
        flights.set(n, { n, lane, component, dispatchedAt, startedAt: undefined, callsUnderWay: 0, entries: 0 });
        enterLane(lane);
        return [toTuple(n, lane, component.number, event)];
      });
    },
    takeForgotten() {
      const taken = forgotten;
      forgotten = [];
      return taken;
    },
    has: (n) => flights.has(n),
    started(n) {
      of(n).startedAt ??= performance.now();
    },
    entered(n) {
      const flight = of(n);
      const now = performance.now();
      flight.startedAt ??= now;
      flight.entries += 1;
      // Once, once more for every answer, and after sleeps, of which none is shorter than a millisecond.
      if (flight.entries > MAX_HASTY_ENTRIES + (now - flight.startedAt) * 2) throw new Violation('a flood of entries');
    },
    called(n, callId, size) {
      const flight = of(n);
      if (calls.has(callId)) throw new Violation('a host call with the id of another');
      if (flight.callsUnderWay >= MAX_CALLS_UNDER_WAY) throw new Violation('too many host calls at once');
      underWay += size;
      if (underWay > CALL_LIMITS.underWay || calls.size >= MAX_CALLS_OF_SANDBOX) {
        throw new Violation('host calls that hold too much');
      }
      calls.set(callId, { n, size });
      flight.callsUnderWay += 1;
    },
    answered(callId) {
      const call = calls.get(callId);
      if (call === undefined) return;
      calls.delete(callId);
      underWay -= call.size;
      const flight = flights.get(call.n);
      if (flight === undefined) return;
      flight.callsUnderWay -= 1;
      flight.entries -= 1;
    },
    limitsOf: (n) => of(n).component.limits,
    landed(n, status) {
      const flight = of(n);
      flights.delete(n);
      leaveLane(flight.lane, status === 'ok');
      return flight;
    },
    all: () => [...flights.keys()],
    running: () =>
      Array.from(flights.values()).flatMap(({ n, startedAt }) =>
        startedAt === undefined ? [] : [{ n, since: startedAt }],
      ),
  };
}

function toTuple(n: number, lane: number, component: number, event: Dispatch['event']): EventTuple {
  const { id, tenant, name, key, time, attempt, data } = event;
  return [n, lane, component, id, tenant, name, key ?? null, time, attempt, data];
}

function misuse(message: string): JobicoError {
  return new JobicoError('internal', `This cannot be dispatched: ${message}.`);
}
