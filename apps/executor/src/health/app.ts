import type { Health } from '@jobico/telemetry';
import Fastify, { type FastifyInstance } from 'fastify';

/** The executor's own HTTP: it takes no events, it only says how it is. */
export function buildApp(health: () => Promise<Health>): FastifyInstance {
  const app = Fastify({ logger: false });
  app.get('/health', async (_request, reply) => {
    const state = await health();
    return reply.code(state.status === 'ok' ? 200 : 500).send(state);
  });
  return app;
}
