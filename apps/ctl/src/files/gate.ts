import { JobicoError } from '@jobico/contract';
import type { ArtifactStore } from '@jobico/messaging';

/** What an inspected component leaves behind. */
export interface Inspected {
  digest: string;
  artifact: Uint8Array;
}

export interface GateDeps {
  /** Throws `component-refused` for what is not a component that may run here. */
  inspect: (component: Uint8Array) => Promise<Inspected>;
  artifacts: ArtifactStore;
  /** Of what makes artifacts: one made by another version counts as absent. */
  artifactVersion: string;
}

/** Lets a component in once: its artifact's presence is what is remembered of a digest that passed. */
export interface Gate {
  /** Throws what `inspect` throws. `load` is asked for the component only if it has not passed yet. */
  admit(digest: string, load: () => Promise<Uint8Array>): Promise<void>;
}

/** Each run has a process of its own and up to a core for seconds: this many at once, whoever deploys. */
const RUNS_AT_ONCE = 2;

export function createGate({ inspect, artifacts, artifactVersion }: GateDeps): Gate {
  const running = new Map<string, Promise<void>>();
  const slots = createSlots(RUNS_AT_ONCE);

  const inspected = async (component: Uint8Array) => {
    try {
      return await inspect(component);
    } catch (error) {
      throw withFaults(error);
    }
  };

  const pass = async (digest: string, load: () => Promise<Uint8Array>) => {
    if (await artifacts.use(digest, artifactVersion)) return;
    await slots(async () => {
      const { artifact } = await inspected(await load());
      await artifacts.put(digest, artifactVersion, artifact);
    });
  };

  return {
    admit(digest, load) {
      const known = running.get(digest);
      if (known) return known;
      const run = pass(digest, load).finally(() => running.delete(digest));
      running.set(digest, run);
      return run;
    },
  };
}

/** A refusal with each of its problems as a fault, as other refusals have them. */
function withFaults(error: unknown): unknown {
  if (!(error instanceof JobicoError) || error.code !== 'component-refused') return error;
  const { problems } = error.details as { problems?: readonly string[] };
  return new JobicoError(error.code, error.message, {
    hint: error.hint ?? HINT,
    faults: problems?.map((message) => ({ path: '', message })),
    details: error.details,
    cause: error,
  });
}

const HINT =
  'Jobs are WebAssembly components that export jobico:job/handler@0.1.0 and import nothing beyond its world.';

/** Runs at most `count` functions at once, the others in the order in which they came. */
function createSlots(count: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
