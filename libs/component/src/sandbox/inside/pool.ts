import type { Component } from './component.ts';
import type { Execution } from './execution.ts';
import type { HostCalls } from './host-calls.ts';
import { createInstance } from './instance.ts';
import type { Instance } from './instance.ts';

/** The instances of one component. `Waiter` is whoever waits for one to come free. */
export interface Pool<Waiter> {
  readonly component: Component;
  /** May one more event start? */
  readonly hasRoom: boolean;
  readonly waiting: Waiter[];
  /** How long an event of it takes, as a rule. */
  readonly usualMs: number;
  took(milliseconds: number): void;
  /** A warm instance, or a new one, which counts as the execution's. Throws what the component throws when it starts. */
  take(execution: Execution): Instance;
  /** Gives an instance back, or none if it could not be made. Only a declared result leaves one fit for the next event. */
  giveBack(instance: Instance | undefined, wasDeclared: boolean): void;
}

/** Makes the first instance at once: a component that cannot start is not loaded. */
export function createPool<Waiter>(component: Component, calls: HostCalls): Pool<Waiter> & { memoryBytes: number } {
  const first = createInstance(component, calls);
  const idle = component.isFresh ? [] : [first];
  if (component.isFresh) first.discard();
  const most = component.mode === 'jspi' ? component.limits.instances : 1;
  let busy = 0;
  let usualMs = Number.POSITIVE_INFINITY;
  return {
    component,
    waiting: [],
    memoryBytes: first.memoryBytes,
    get usualMs() {
      return usualMs;
    },
    took(milliseconds) {
      usualMs = usualMs === Number.POSITIVE_INFINITY ? milliseconds : usualMs + (milliseconds - usualMs) / 8;
    },
    get hasRoom() {
      return busy < most;
    },
    take(execution) {
      busy += 1;
      return idle.pop() ?? createInstance(component, calls, execution);
    },
    giveBack(instance, wasDeclared) {
      busy -= 1;
      if (instance === undefined) return;
      if (wasDeclared && !component.isFresh && !instance.isWorn) idle.push(instance);
      else instance.discard();
    },
  };
}
