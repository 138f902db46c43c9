import { randomUUID } from 'node:crypto';
import type { Execution } from '@jobico/contract';
import { createOutcomes, type Nats } from '@jobico/messaging';
import { onTestFinished } from 'vitest';

/** Records an outcome for each event that comes to the queue `main` of a tenant, as an executor would. */
export async function settleAll(
  nats: Nats,
  tenant: string,
  outcome: (event: { id: string; text: string; attempt: number }) => Partial<Execution>,
): Promise<void> {
  const outcomes = createOutcomes(nats, tenant, 'main');
  const consumer = await nats.js.consumers.get(`QUEUE_${tenant}_main`, { deliver_policy: 'all' });
  const messages = await consumer.consume();
  onTestFinished(async () => void (await messages.close()));
  void (async () => {
    for await (const message of messages) {
      const id = message.headers?.get('Nats-Msg-Id') ?? '';
      for (let attempt = 1, status = 'retry'; status === 'retry'; attempt += 1) {
        const record = recordOf(tenant, id, message.seq, attempt, outcome({ id, text: message.string(), attempt }));
        await outcomes.prepare([message.seq], 0);
        await outcomes.commit(record);
        status = record.status;
      }
    }
  })();
}

function recordOf(
  tenant: string,
  event: string,
  sequence: number,
  attempt: number,
  given: Partial<Execution>,
): Execution {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    tenant,
    package: 'front',
    version: 1,
    job: 'work',
    event: { id: event, name: 'placed', time: now },
    attempt,
    status: 'ok',
    startedAt: now,
    durationMs: 1,
    waitedMs: 0,
    queue: 'main',
    sequence,
    emitted: [],
    logs: [],
    usage: { memoryBytes: 0, hostCalls: 0 },
    node: 'test',
    ...given,
  };
}
