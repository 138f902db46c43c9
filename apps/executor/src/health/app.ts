import { METRICS_TYPE, type Health, type Metrics } from '@jobico/telemetry';
import Fastify, { type FastifyInstance } from 'fastify';

/** The executor's own HTTP: it takes no events, it only says how it is. */
export function buildApp(health: () => Promise<Health>, metrics: Metrics): FastifyInstance {
  const app = Fastify({ logger: false });
  app.get('/health', async (_request, reply) => {
    const state = await health();
    return reply.code(state.status === 'ok' ? 200 : 500).send(state);
  });
  app.get('/metrics', async (_request, reply) => reply.type(METRICS_TYPE).send(await metrics.text()));
  return app;
}
