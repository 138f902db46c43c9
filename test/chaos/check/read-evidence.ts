import type { DeadLetter, Execution } from '@jobico/contract';
import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { QUEUES, TENANT, type QueueName } from '../package/deploy.ts';
import type { Evidence, Recorded, Stored } from './evidence.ts';

/** Reads every stream from its first message to its last. */
export async function readEvidence(nc: NatsConnection): Promise<Omit<Evidence, 'sent' | 'disturbances' | 'cancels'>> {
  const stored: Stored[] = [];
  for (const queue of QUEUES) {
    for await (const message of messagesOf(nc, `QUEUE_${TENANT}_${queue}`)) {
      const event = readStored(message, queue);
      if (event) stored.push(event);
    }
  }
  const recorded: Recorded[] = [];
  for await (const message of messagesOf(nc, 'EXECUTIONS')) {
    // What long executions log while they run settles nothing.
    if (!message.subject.startsWith('jobico.execution.')) continue;
    recorded.push({ streamSequence: message.seq, execution: message.json<Execution>() });
  }
  const deadLetters: Omit<DeadLetter, 'id'>[] = [];
  for await (const message of messagesOf(nc, 'DEADLETTERS')) deadLetters.push(message.json());
  return { stored, recorded, deadLetters };
}

/** A message that only wakes a queue is no event. */
function readStored(message: JsMsg, queue: QueueName): Stored | undefined {
  const [, kind, , name = ''] = message.subject.split('.');
  if (kind !== 'event') return undefined;
  return { queue, sequence: message.seq, name, id: message.headers?.get('Nats-Msg-Id') ?? '', data: message.json() };
}

async function* messagesOf(nc: NatsConnection, stream: string): AsyncGenerator<JsMsg> {
  const { state } = await (await jetstreamManager(nc)).streams.info(stream);
  if (state.messages === 0) return;
  const consumer = await jetstream(nc).consumers.get(stream);
  const messages = await consumer.consume({ max_messages: 1000 });
  for await (const message of messages) {
    yield message;
    if (message.seq >= state.last_seq) break;
  }
}
