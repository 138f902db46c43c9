import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { isId, isTooDeep, JobicoError, MAX_JSON_DEPTH, type Webhook } from '@jobico/contract';
import type { Definitions, OnceIntake, Secrets } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import { verifyDelivery, type Signing, type Verified } from '@jobico/webhooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Arrivals } from '../arrivals.ts';
import { fingerprintOf } from '../cloud-events/read-cloud-events.ts';
import { collectBody } from '../events/collect-body.ts';
import { refuseOtherMethods } from '../events/routes.ts';
import { traceOf } from '../events/request-options.ts';
import type { EventAddress } from '../events/send-events.ts';
import { notSigned } from './not-signed.ts';
import { slackChallenge } from './slack-challenge.ts';
import { sendDelivery } from './send-delivery.ts';

export interface WebhookDeps {
  definitions: Definitions;
  secrets: Secrets;
  once: OnceIntake;
  arrivals: Arrivals;
  log: Logger;
  clock: () => number;
}

const PATH = '/webhooks/:tenant/:event';

/** `POST /webhooks/{tenant}/{event}`: the raw body, signed as the event's package says, is one event. */
export function registerWebhooks(app: FastifyInstance, deps: WebhookDeps): void {
  // Signatures are of bytes: nothing may be made of them before they are checked.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
      const body = await collectBody(request, payload);
      deps.arrivals.end(request.raw);
      return body;
    });
    scope.post<{ Params: EventAddress; Body: Buffer | undefined }>(PATH, async (request, reply) => {
      const webhook = webhookOf(deps, request.params, request.id);
      const body = request.body ?? Buffer.alloc(0);
      const verified = verify(deps, request.params, webhook, request, body);
      const { value, text } = readJson(request, body);
      const challenge = webhook.scheme === 'slack' ? slackChallenge(value) : undefined;
      if (challenge !== undefined) return await reply.send({ challenge });
      const { id, content, isIdSigned } = verified;
      const sent = await sendDelivery(deps.once, {
        ...request.params,
        id,
        scheme: webhook.scheme,
        item: { value, text },
        fingerprint: fingerprintOf(text),
        content: isIdSigned ? undefined : content,
        traceparent: traceOf(request.headers.traceparent),
      });
      return reply.code(202).send({ accepted: sent.accepted, events: sent.events });
    });
  });
  refuseOtherMethods(app, PATH);
}

/** Where there is nothing that takes webhooks, the caller learns no more than where its signature is wrong: only the log. */
function webhookOf({ definitions, log }: WebhookDeps, { tenant, event }: EventAddress, request: string): Webhook {
  const declared = isId(tenant) && isId(event) ? definitions.event(tenant, event) : undefined;
  if (declared?.job.webhook) return declared.job.webhook;
  log.warn({ tenant, event, request }, 'webhook refused: no live package declares that the event takes webhooks');
  throw notSigned();
}

function verify(
  { secrets, log, clock }: WebhookDeps,
  { tenant, event }: EventAddress,
  { scheme, hmac, secrets: names, toleranceMs }: Webhook,
  { headers, id }: FastifyRequest,
  body: Buffer,
): Verified {
  const signing: Signing = scheme === 'hmac' ? { scheme, ...hmac } : { scheme };
  const known = names.flatMap((name) => valueOf(secrets, tenant, name, log));
  const verified = verifyDelivery(signing, { headers, body }, { secrets: known, nowMs: clock(), toleranceMs });
  if (verified) return verified;
  log.warn(
    { tenant, event, scheme, request: id, secrets: known.length },
    'webhook refused: its signature is not right',
  );
  throw notSigned();
}

/** A secret that is not there, or cannot be read, signs nothing: that is for the log, and not for the caller. */
function valueOf(secrets: Secrets, tenant: string, name: string, log: Logger): string[] {
  try {
    const found = secrets.resolve(tenant, name);
    if (found) return [found.value];
    log.warn({ tenant, secret: name }, 'a webhook names a secret that is not set');
  } catch (error) {
    log.error({ tenant, secret: name, err: error }, "a webhook's secret cannot be read");
  }
  return [];
}

const IS_JSON = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

function readJson({ headers }: FastifyRequest, body: Buffer): { value: unknown; text: string } {
  const type = headers['content-type'] ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (!IS_JSON.test(type) || encoding !== 'identity') {
    throw new JobicoError('unsupported-media-type', 'the body of the webhook is not JSON', {
      hint: 'Choose JSON (application/json) where the sender lets you choose.',
    });
  }
  const text = isUtf8(body) ? body.toString('utf8') : undefined;
  if (text === undefined) throw new JobicoError('not-json', 'the body is not JSON: its bytes are not UTF-8');
  if (isTooDeep(text)) throw new JobicoError('bad-request', `the body is nested deeper than ${MAX_JSON_DEPTH} levels`);
  try {
    return { value: JSON.parse(text), text };
  } catch (cause) {
    throw new JobicoError('not-json', `the body is not JSON: ${(cause as Error).message}`, { cause });
  }
}
