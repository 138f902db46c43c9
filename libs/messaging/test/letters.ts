import type { DeadLetter } from '@jobico/contract';
import { createDeadLetters, type Nats } from '@jobico/messaging';

type Changes = Partial<Omit<DeadLetter, 'id' | 'data'>>;

/** Keeps a dead letter as an executor does; `payload` is the JSON of its data. Answers its id. */
export async function bury(nats: Nats, tenant: string, changes: Changes = {}, payload = '{}'): Promise<string> {
  const letter = {
    tenant,
    queue: 'q',
    time: new Date().toISOString(),
    event: { id: 'e1', name: 'placed' },
    sequence: 1,
    attempts: 1,
    package: 'p',
    job: 'j',
    execution: '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f',
    error: { code: 'permanent', message: 'no' },
    ...changes,
  };
  const subject = `jobico.deadletter.${tenant}.${letter.queue}.${letter.event.name}`;
  const { sequence } = await nats.publisher.publish(
    subject,
    `${JSON.stringify(letter).slice(0, -1)},"data":${payload}}`,
  );
  return String(sequence);
}

/** Every letter of a tenant, oldest first. */
export async function lettersOf(nats: Nats, tenant: string): Promise<DeadLetter[]> {
  return (await createDeadLetters(nats).select({ tenant, limit: 1000 })).letters;
}
