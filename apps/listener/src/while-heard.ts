import type { Nats, OnceIntake, OutcomeWaits, Schemas } from '@jobico/messaging';

type Heard = Pick<Nats, 'whileHeard'>;

/** Schemas whose first reading is not waited for when NATS stops answering. */
export function schemasWhileHeard(nats: Heard, schemas: Schemas): Schemas {
  return {
    validatorOf(event) {
      const found = schemas.validatorOf(event);
      return typeof found === 'function' ? found : nats.whileHeard(found);
    },
  };
}

/** Sending under ids, which reads what was sent before. */
export function onceWhileHeard(nats: Heard, once: OnceIntake): OnceIntake {
  return { send: (request, ids) => nats.whileHeard(once.send(request, ids)) };
}

/** Waiting for outcomes: beginning to, before anything is stored. */
export function waitsWhileHeard(nats: Heard, waits: OutcomeWaits): OutcomeWaits {
  return {
    async begin(tenant, queue, ids) {
      const begun = waits.begin(tenant, queue, ids);
      try {
        return await nats.whileHeard(begun);
      } catch (error) {
        // It may come to begin after all, with nobody left who ends it.
        void begun.then(
          (wait) => wait?.end(),
          () => undefined,
        );
        throw error;
      }
    },
    stop: () => waits.stop(),
  };
}
