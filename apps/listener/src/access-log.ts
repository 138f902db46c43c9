import type { Logger } from '@jobico/telemetry';
import type { FastifyInstance } from 'fastify';

/** Which requests have a line in the log: none, those that were refused, or all. */
export type AccessLog = 'off' | 'refused' | 'all';

/** One line for each answered request: who, where, what, how long; nothing of bodies, secrets or queries. */
export function registerAccessLog(app: FastifyInstance, log: Logger, which: AccessLog): void {
  if (which === 'off') return;
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply;
    if (which === 'refused' && statusCode < 400) return;
    const line = {
      request: request.id,
      from: request.ip,
      method: request.method,
      path: request.url.split('?', 1)[0]?.slice(0, 200),
      status: statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      bytes: Number(request.headers['content-length'] ?? 0),
      ...(request.headers.traceparent !== undefined && { trace: String(request.headers.traceparent).slice(3, 35) }),
    };
    log[statusCode >= 500 ? 'warn' : 'info'](line, 'request answered');
  });
}
