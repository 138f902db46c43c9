import type { Intake } from '@jobico/messaging';
import type { Health, Logger } from '@jobico/telemetry';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerEvents } from './events/routes.ts';
import { registerProblems } from './problems.ts';

export interface AppDeps {
  intake: Intake;
  health: () => Promise<Health>;
  log: Logger;
  /** Default 8 MiB. */
  bodyLimit?: number;
}

const REQUEST_MS = 20_000;

/** The listener's HTTP; it listens to nothing by itself. */
export function buildApp({ intake, health, log, bodyLimit = 8 << 20 }: AppDeps): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit,
    requestTimeout: REQUEST_MS,
    connectionTimeout: REQUEST_MS,
    routerOptions: { maxParamLength: 64 },
  });
  registerProblems(app, log);
  registerEvents(app, intake);
  app.get('/health', async (_request, reply) => {
    const state = await health();
    return reply.code(state.status === 'ok' ? 200 : 500).send(state);
  });
  return app;
}
