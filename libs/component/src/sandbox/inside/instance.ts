import type { Component, CoreInstances } from './component.ts';
import type { Execution } from './execution.ts';
import type { HostCalls } from './host-calls.ts';
import { createImports } from './imports.ts';

/** A component with its memory: it works on one event at a time. */
export interface Instance {
  /** Hands an event to the job. A declared failure is thrown as `{tag, val}`, a promise only comes in mode `jspi`. */
  handle(execution: Execution, event: object): unknown;
  /** Ends what `handle` began; the instance then belongs to no event. */
  release(): void;
  /** Its last word: nothing of it runs after this. */
  discard(): void;
  readonly memoryBytes: number;
  /** Has it served its time, or grown too much? */
  readonly isWorn: boolean;
}

export function createInstance(component: Component, calls: HostCalls, starting?: Execution): Instance {
  const { config, mode, limits } = component;
  let current = starting;
  let events = 0;
  const { imports, flushOutput } = createImports({ execution: () => current, config, mode, calls });
  const core = component.instantiate(imports);
  const bytesAtStart = bytesOf(core);
  return {
    handle(execution, event) {
      current = execution;
      events += 1;
      return core.handle(event);
    },
    release() {
      flushOutput();
      current = undefined;
    },
    discard: () => core.stop(),
    get memoryBytes() {
      return bytesOf(core);
    },
    get isWorn() {
      return events >= limits.eventsPerInstance || bytesOf(core) - bytesAtStart > limits.growthBytes;
    },
  };
}

function bytesOf({ memories }: CoreInstances): number {
  let bytes = 0;
  for (const memory of memories) bytes += memory.buffer.byteLength;
  return bytes;
}
