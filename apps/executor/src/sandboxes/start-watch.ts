import { JobicoError } from '@jobico/contract';
import type { SandboxFactory } from './tenant-sandbox.ts';

/** Starts sandboxes, and knows whether that works. */
export interface WatchedStart {
  start: SandboxFactory;
  /** How many have been started. */
  readonly started: number;
  /** Throws when the last one did not start, and another one does not either. */
  check(): Promise<void>;
}

/** A check that starts a sandbox answers as late as that. */
export function watchStarts(start: SandboxFactory): WatchedStart {
  let started = 0;
  let failure: unknown;
  const watched: SandboxFactory = async (callbacks) => {
    try {
      const sandbox = await start(callbacks);
      started += 1;
      failure = undefined;
      return sandbox;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  return {
    start: watched,
    get started() {
      return started;
    },
    async check() {
      if (failure === undefined) return;
      // Nobody may need one for long: whether it works again is tried here.
      const sandbox = await watched({
        onOutcome: () => undefined,
        onHostCall: () => Promise.reject(new JobicoError('internal', 'a sandbox that is only tried calls nothing')),
      });
      sandbox.kill();
      await sandbox.exited;
    },
  };
}
