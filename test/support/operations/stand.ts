import type { DeadLetter, Execution } from '@jobico/contract';
import { createEventId, createTokenStore, generateToken, type Nats } from '@jobico/messaging';

/** What operations on a tenant find at first. */
export interface Stand {
  tenant: string;
  /** Id of its only execution, which became the first of the dead letters. */
  execution: string;
  /** Ids of its dead letters. */
  letters: [string, string];
  /** Id of a token that is valid. */
  token: string;
}

/** A tenant for which an executor has left an execution and two dead letters. */
export async function standOf(nats: Nats, tenant: string): Promise<Stand> {
  const id = createEventId();
  const record = executionOf(tenant, 0, { id, status: 'dead', error: { code: 'permanent', message: 'no' } });
  const subject = `jobico.execution.${tenant}.shop.work.dead.default.0`;
  // Its digits are more than a double holds.
  const text = `${JSON.stringify(record).slice(0, -1)},"result":{"n":9007199254740993}}`;
  await nats.js.publish(subject, text);
  const letters: Stand['letters'] = [await bury(nats, record), await bury(nats, { ...record, event: eventOf(1) })];
  const tokens = await createTokenStore(nats);
  const expiresAt = new Date(Date.now() + 3_600_000);
  const { id: token } = await tokens.add(generateToken(), { role: 'viewer', tenant, expiresAt });
  return { tenant, execution: record.id, letters, token };
}

async function bury(nats: Nats, { tenant, queue, id, event }: Execution): Promise<string> {
  const letter: Omit<DeadLetter, 'id' | 'data'> = {
    tenant,
    queue,
    time: event.time,
    event: { id: event.id, name: event.name },
    sequence: 1,
    attempts: 1,
    package: 'shop',
    job: 'work',
    execution: id,
    error: { code: 'permanent', message: 'no' },
  };
  const text = `${JSON.stringify(letter).slice(0, -1)},"data":{"n":9007199254740993}}`;
  const { seq } = await nats.js.publish(`jobico.deadletter.${tenant}.${queue}.${event.name}`, text);
  return String(seq);
}

const eventOf = (n: number) => ({ id: `e-${n}`, name: 'order-placed', time: new Date().toISOString() });

/** The record of an execution of the package `shop`, as an executor makes it; `n` from 0 to 9 makes its id. */
export function executionOf(tenant: string, n: number, changes: Partial<Execution> = {}): Execution {
  const event = eventOf(n);
  return {
    id: `0193c3f2-8f7e-7cc3-98c4-00000000000${n}`,
    tenant,
    package: 'shop',
    version: 1,
    job: 'work',
    event,
    attempt: 1,
    status: 'ok',
    startedAt: event.time,
    durationMs: 1,
    waitedMs: 1,
    queue: 'default',
    sequence: n,
    emitted: [],
    logs: [{ time: event.time, level: 'info', message: 'so far so good' }],
    usage: { memoryBytes: 0, hostCalls: 0 },
    node: 'test',
    ...changes,
  };
}
