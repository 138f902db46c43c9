import type { HostAnswer, HostRequest } from '@jobico/component';
import { LIMITS, parseExactJson } from '@jobico/contract';
import { outgoingId, type Definitions, type Schemas } from '@jobico/messaging';
import type { CallContext } from './host-services.ts';

export type EmitRequest = Extract<HostRequest, { kind: 'outbox.emit' }>;

/**
 * Answers a job's call of `outbox`: an event that its package grants it to raise, valid against that event's schema. It is
 * kept with the attempt and becomes part of its outcome, if that is ok.
 */
export async function callOutbox(
  { args }: EmitRequest,
  context: CallContext,
  deps: { definitions: Definitions; schemas: Schemas },
): Promise<HostAnswer> {
  const { attempt, emitted } = context;
  const { tenant, id } = attempt.event;
  if (!attempt.declared.job.grant.emit?.includes(args.event))
    return refuse('denied', `event ${args.event} is not granted`);
  const target = deps.definitions.event(tenant, args.event);
  if (!target) return refuse('denied', `no live package declares event ${args.event}`);
  const key = args.key ?? attempt.key;
  const bytes = context.emittedBytes + Buffer.byteLength(args.data) + Buffer.byteLength(key ?? '');
  // They travel in the execution's record.
  if (emitted.length >= LIMITS.emittedEvents) {
    return refuse('too-large', `one execution raises at most ${LIMITS.emittedEvents} events`);
  }
  if (bytes > LIMITS.emittedBytes) {
    return refuse('too-large', `one execution raises at most ${LIMITS.emittedBytes} bytes of events`);
  }

  let data: unknown;
  try {
    data = parseExactJson(args.data);
  } catch (error) {
    return refuse('invalid', `not JSON: ${(error as Error).message}`);
  }
  const validate = await deps.schemas.validatorOf(target);
  const [fault] = validate(JSON.parse(args.data));
  if (fault) return refuse('invalid', `${fault.path || '/'} ${fault.message}`);
  context.emittedBytes = bytes;
  emitted.push({
    id: outgoingId(id, attempt.declared.job.id, `emit:${emitted.length}`, attempt.event.timeMs),
    event: args.event,
    ...(key !== undefined && { key }),
    data,
    route: 'emit',
  });
  return { ok: true, value: undefined };
}

function refuse(tag: string, val: string): HostAnswer {
  return { ok: false, error: { tag, val } };
}
