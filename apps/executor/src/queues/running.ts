import type { SandboxLane } from '../sandboxes/pool.ts';

/** Counts the events of a queue that are in sandboxes. */
export class Running {
  #count = 0;
  /** Resolves once nothing runs any more; while somebody waits for it. */
  #whenIdle: PromiseWithResolvers<void> | undefined;

  get isIdle(): boolean {
    return this.#count === 0;
  }

  /** The lane, with what is sent to it counted until it comes back. */
  counted(lane: SandboxLane): SandboxLane {
    return {
      close: () => lane.close(),
      recall: () => lane.recall(),
      cancel: (event) => lane.cancel(event),
      send: (work) => {
        this.#count += 1;
        lane.send({
          ...work,
          onOutcome: (outcome) => {
            this.#count -= 1;
            work.onOutcome(outcome);
            if (this.#count > 0) return;
            this.#whenIdle?.resolve();
            this.#whenIdle = undefined;
          },
        });
      },
    };
  }

  async untilIdle(): Promise<void> {
    while (this.#count > 0) {
      this.#whenIdle ??= Promise.withResolvers();
      await this.#whenIdle.promise;
    }
  }
}
