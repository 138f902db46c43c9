import type { FastifyInstance } from 'fastify';

const ASKED = 'content-type, idempotency-key, jobico-key, prefer, traceparent, authorization, ce-*';
const ANSWERED = 'retry-after, ratelimit, ratelimit-policy, preference-applied';
/** Seconds for which a browser remembers what it may send. */
const REMEMBERED = '600';

/** Lets pages of these origins send events from browsers (`*`: of all). Without any nothing is answered to them. */
export function registerCors(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const isAny = origins.includes('*');
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    reply.header('vary', 'origin');
    if (origin === undefined || !(isAny || origins.includes(origin))) return;
    reply.header('access-control-allow-origin', isAny ? '*' : origin).header('access-control-expose-headers', ANSWERED);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return;
    const wanted = request.headers['access-control-request-headers'];
    return await reply
      .code(204)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', wanted ?? ASKED)
      .header('access-control-max-age', REMEMBERED)
      .send();
  });
}
