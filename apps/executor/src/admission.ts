import { isLarger, isTooDeep, JobicoError, keyOf, LIMITS, MAX_JSON_DEPTH, type Validator } from '@jobico/contract';
import {
  orderingOf,
  partitionOf,
  type DeclaredEvent,
  type Definitions,
  type Partition,
  type QueuedEvent,
  type Schemas,
} from '@jobico/messaging';
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
  /**
   * The answer, or a promise of it while a schema is being loaded; that rejects where it cannot be read now. `partition`: of
   * the queue, where it has some.
   */
  admit(event: QueuedEvent, queue: string, partition?: Partition): Admitted | Promise<Admitted>;
}

/** Characters of a key in a message. */
const MAX_SHOWN = 100;

export function createAdmission(definitions: Definitions, schemas: Schemas): Admission {
  return {
    admit(event, queue, partition) {
      const declared = definitions.event(event.tenant, event.name);
      if (!declared || declared.queue.id !== queue) {
        return {
          key: event.key,
          verdict: { error: { code: 'no-job', message: `no live package handles ${event.name} on this queue` } },
        };
      }
      if (Date.now() - event.timeMs > declared.queue.maxAgeMs) return expired(event, declared);
      const validator = schemas.validatorOf(declared);
      if (typeof validator === 'function') return contained(event, declared, validator, partition);
      return validator.then(
        (ready) => contained(event, declared, ready, partition),
        (error: unknown) => {
          // An outage is no verdict on an event.
          if (!(error instanceof JobicoError) || error.code === 'unavailable') throw error;
          return unchecked(event, declared, error.message);
        },
      );
    },
  };
}

/** Nobody wants its outcome any more, and it is not lost: the stream of a queue lets nothing go by its age. */
function expired(event: QueuedEvent, declared: DeclaredEvent): Admitted {
  const { id, maxAgeMs } = declared.queue;
  const message = `it has not run within retention.maxAge of queue ${id}, ${maxAgeMs / 1000} s`;
  return { key: event.key, verdict: { declared, error: { code: 'expired', message } } };
}

/**
 * Whether an event that a partition is given is one of its own: the server knows of those that have a key in their subject,
 * of the others only their payload tells. Each partition must come to the same answer, whatever it knows of definitions.
 */
export function isOwnEvent(event: QueuedEvent, partition: Partition): boolean {
  if (isSpread(event, partition)) return true;
  let key = event.key;
  try {
    if (!isTooDeep(event.text)) key = keyOf({ ordering: orderingOf(partition) }, JSON.parse(event.text), event.key);
  } catch {
    // It will be refused, by whoever has what its header names.
  }
  return partitionOf(key, partition.count) === partition.index;
}

const isSpread = ({ spread }: QueuedEvent, { count }: Partition) => spread?.count === count;

const unchecked = ({ key }: QueuedEvent, declared: DeclaredEvent, message: string): Admitted => ({
  key,
  verdict: { declared, error: { code: 'platform', message } },
});

/** What goes wrong here ends one event. Thrown further it would end the process, and the next one that reads the event. */
function contained(...[event, declared, ...how]: Parameters<typeof check>): Admitted {
  try {
    return check(event, declared, ...how);
  } catch (error) {
    return unchecked(event, declared, `it cannot be checked: ${(error as Error).message}`);
  }
}

function check(
  event: QueuedEvent,
  declared: DeclaredEvent,
  validate: Validator,
  partition: Partition | undefined,
): Admitted {
  const refuse = (message: string): Admitted => ({
    key: event.key,
    verdict: { declared, error: { code: 'invalid', message } },
  });
  if (isLarger(event.text, LIMITS.directEventBytes)) return refuse(`larger than ${LIMITS.directEventBytes >> 20} MiB`);
  if (isTooDeep(event.text)) return refuse(`nested deeper than ${MAX_JSON_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(event.text);
  } catch (error) {
    return refuse(`not JSON: ${(error as Error).message}`);
  }
  const key = keyOf(partition ? { ordering: orderingOf(partition) } : declared.queue, value, event.key);
  const faults = validate(value);
  if (faults.length === 0) {
    // Events of its key run elsewhere: it would run beside them.
    const isAstray = partition && key !== undefined && partitionOf(key, partition.count) !== partition.index;
    return isAstray ? refuse(`its subject names another key than ${key.slice(0, MAX_SHOWN)}`) : { declared, key };
  }
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
