import { current } from './current-event.ts';

const EngineDate = Date;
const engineNow = Date.now;

/**
 * Milliseconds since 1970. A component has no clock, and the engine's own would stop it: the time stands at the moment
 * when the platform accepted the event. While the component is built, the engine's clock is there and is used.
 */
const now = (): number => (current.event ? EngineDate.parse(current.event.time) : engineNow());

/** `Date` with every way of asking for the current time led to {@link now}. */
export const GuestDate = new Proxy(EngineDate, {
  apply: () => new EngineDate(now()).toString(),
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
});

/** Nothing takes any time where time stands. */
export const guestPerformance = { now: (): number => 0, timeOrigin: 0 };
