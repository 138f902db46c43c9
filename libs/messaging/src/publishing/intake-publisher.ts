import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import type { Definitions } from '../packages/definitions-view.ts';
import { createGroupCommit } from './group-commit.ts';
import type { Publisher } from './publisher.ts';
import { takesBatches } from '../streams.ts';
import { IDEMPOTENCY, parseEventSubject, queueStream } from '../subjects.ts';

const IDS = `$KV.${IDEMPOTENCY}.`;

/**
 * The publisher for what callers send: the connection's own, and where NATS writes through to the disk one that stores what
 * comes together with one wait for it, events by their queue and the ids that were sent with them.
 */
export function intakePublisher(nats: Nats, definitions: Pick<Definitions, 'event'>, log: Logger): Publisher {
  const { publisher } = nats;
  if (!takesBatches(nats)) return publisher;
  return createGroupCommit({
    publisher,
    streamOf(subject) {
      const address = parseEventSubject(subject);
      if (!address) return subject.startsWith(IDS) ? `KV_${IDEMPOTENCY}` : undefined;
      const declared = definitions.event(address.tenant, address.event);
      return declared && queueStream(address.tenant, declared.queue.id);
    },
    onNoBatches: (stream) =>
      log.warn(
        { stream },
        'the stream takes no batches, so each event waits for the disk: is ctl set to be durable, too?',
      ),
  });
}
