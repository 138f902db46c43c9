import { JobicoError, nearest } from '@jobico/contract';
import { listQueues, queueInfo, type Nats } from '@jobico/messaging';

/** Throws `not-found`, with the queue that was probably meant. */
export async function assertQueue(nats: Nats, tenant: string, queue: string): Promise<void> {
  if (!(await queueInfo(nats, tenant, queue))) throw await noSuchQueue(nats, tenant, queue);
}

/** The error for a queue that does not exist. */
export async function noSuchQueue(nats: Nats, tenant: string, queue: string): Promise<JobicoError> {
  const ids = (await listQueues(nats, tenant)).map(({ id }) => id).sort();
  const suggestion = nearest(queue, ids);
  const existing = ids.length > 0 ? `There are: ${ids.join(', ')}.` : 'Queues are declared by deployed packages.';
  return new JobicoError('not-found', `tenant ${tenant} has no queue ${queue}`, {
    hint: suggestion === undefined ? existing : `Did you mean ${suggestion}? ${existing}`,
  });
}
