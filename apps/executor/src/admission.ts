import { isTooDeep, JobicoError, MAX_JSON_DEPTH, type Validator } from '@jobico/contract';
import { keyOf, type DeclaredEvent, type Definitions, type QueuedEvent, type Schemas } from '@jobico/messaging';
import type { Verdict } from './work.ts';

/** An event that may run, or why it may not. */
export type Admitted =
  | { declared: DeclaredEvent; key: string | undefined; verdict?: undefined }
  | { verdict: Verdict; key: string | undefined };

/**
 * Decides whether an event of a queue may reach its job. Every event is checked here, whoever sent it: they come straight
 * from NATS too, schemas change while events wait, and nothing in a header can prove that a check was made.
 */
export interface Admission {
  /** The answer, or a promise of it while a schema is being loaded; that rejects where it cannot be read now. */
  admit(event: QueuedEvent, queue: string): Admitted | Promise<Admitted>;
}

export function createAdmission(definitions: Definitions, schemas: Schemas): Admission {
  return {
    admit(event, queue) {
      const declared = definitions.event(event.tenant, event.name);
      if (!declared || declared.queue.id !== queue) {
        return {
          key: event.key,
          verdict: { error: { code: 'no-job', message: `no live package handles ${event.name} on this queue` } },
        };
      }
      const validator = schemas.validatorOf(declared);
      if (typeof validator === 'function') return check(event, declared, validator);
      return validator.then(
        (ready) => check(event, declared, ready),
        (error: unknown) => {
          // An outage is no verdict on an event.
          if (!(error instanceof JobicoError) || error.code === 'unavailable') throw error;
          return { key: event.key, verdict: { declared, error: { code: 'platform', message: error.message } } };
        },
      );
    },
  };
}

function check(event: QueuedEvent, declared: DeclaredEvent, validate: Validator): Admitted {
  const refuse = (message: string): Admitted => ({
    key: event.key,
    verdict: { declared, error: { code: 'invalid', message } },
  });
  if (isTooDeep(event.text)) return refuse(`nested deeper than ${MAX_JSON_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(event.text);
  } catch (error) {
    return refuse(`not JSON: ${(error as Error).message}`);
  }
  const key = keyOf(declared.queue, value, event.key);
  const faults = validate(value);
  if (faults.length === 0) return { declared, key };
  const [first] = faults;
  return {
    key,
    verdict: {
      declared,
      faults,
      error: { code: 'invalid', message: `does not fit its schema: ${first?.path || '/'} ${first?.message}` },
    },
  };
}
