import { JobicoError } from '@jobico/contract';

import { CALL_LIMITS } from './calls.ts';
import type { KnownComponent } from './flights.ts';
import type { FrameLimits } from './frames.ts';
import { Violation } from './incoming.ts';
import { loadMessage } from './loading.ts';
import type { LoadedComponent } from './sandbox.ts';
import type { ComponentLimits, LoadMessage } from './wire.ts';

/** The components of a sandbox: those that are loaded, and those on their way. */
export interface Loads {
  readonly known: ReadonlyMap<string, KnownComponent>;
  readonly isLoading: boolean;
  /** What an honest sandbox with these components can say at most in one frame. */
  readonly frameLimits: FrameLimits;
  begin(component: LoadedComponent): { message: LoadMessage; bytes: Uint8Array; loaded: Promise<void> };
  succeeded(number: number): void;
  failed(number: number, message: string): void;
  /** The sandbox has ended: nothing that is on its way arrives. */
  abandon(error: Error): void;
  /** The number of a component that was loaded. */
  forget(key: string): number | undefined;
}

interface Loading {
  readonly key: string;
  readonly component: KnownComponent;
  readonly arrival: PromiseWithResolvers<void>;
}

export function createLoads(): Loads {
  const known = new Map<string, KnownComponent>();
  const loading = new Map<number, Loading>();
  let lastNumber = 0;
  let frameLimits = limitsFor({ resultBytes: 0, logBytes: 0, logLines: 0 });

  const arrived = (number: number): Loading => {
    const load = loading.get(number);
    if (load === undefined) throw new Violation('an answer about a component that is not being loaded');
    loading.delete(number);
    return load;
  };

  return {
    known,
    get isLoading() {
      return loading.size > 0;
    },
    get frameLimits() {
      return frameLimits;
    },
    begin(component) {
      lastNumber += 1;
      const { known: described, message, bytes } = loadMessage(component, lastNumber);
      frameLimits = larger(frameLimits, limitsFor(described.limits));
      const arrival = Promise.withResolvers<void>();
      loading.set(lastNumber, { key: component.key, component: described, arrival });
      return { message, bytes, loaded: arrival.promise };
    },
    succeeded(number) {
      const { key, component, arrival } = arrived(number);
      known.set(key, component);
      arrival.resolve();
    },
    failed(number, message) {
      const { arrival } = arrived(number);
      const problems = [`it does not start: ${message}`];
      arrival.reject(
        new JobicoError('component-refused', `The component was refused: ${problems[0]}.`, { details: { problems } }),
      );
    },
    abandon(error) {
      for (const { arrival } of loading.values()) arrival.reject(error);
      loading.clear();
    },
    forget(key) {
      const number = known.get(key)?.number;
      known.delete(key);
      return number;
    },
  };
}

/** A byte of text becomes at most six of JSON; beside it stand numbers and names. */
const WORST_ESCAPE = 6;
const MARGIN = 65_536;

function limitsFor(limits: Pick<ComponentLimits, 'resultBytes' | 'logBytes' | 'logLines'>): FrameLimits {
  const outcome = WORST_ESCAPE * (limits.resultBytes + limits.logBytes) + 64 * limits.logLines;
  const call = WORST_ESCAPE * (CALL_LIMITS.data + CALL_LIMITS.headerText + CALL_LIMITS.url);
  return {
    jsonBytes: Math.max(outcome, call) + MARGIN,
    bytes: CALL_LIMITS.bytes,
    values: Math.max(limits.logLines, CALL_LIMITS.headers) + 16,
  };
}

function larger(one: FrameLimits, other: FrameLimits): FrameLimits {
  return {
    jsonBytes: Math.max(one.jsonBytes, other.jsonBytes),
    bytes: Math.max(one.bytes, other.bytes),
    values: Math.max(one.values, other.values),
  };
}
