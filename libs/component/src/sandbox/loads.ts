import { JobicoError } from '@jobico/contract';

import type { KnownComponent } from './flights.ts';
import { Violation } from './incoming.ts';
import { loadMessage } from './loading.ts';
import type { LoadedComponent } from './sandbox.ts';
import type { LoadMessage } from './wire.ts';

/** The components of a sandbox: those that are loaded, and those on their way. */
export interface Loads {
  readonly known: ReadonlyMap<string, KnownComponent>;
  readonly isLoading: boolean;
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
    begin(component) {
      lastNumber += 1;
      const { known: described, message, bytes } = loadMessage(component, lastNumber);
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
