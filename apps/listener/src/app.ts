import { LIMITS } from '@jobico/contract';
import type { Access, Intake } from '@jobico/messaging';
import type { Health, Logger } from '@jobico/telemetry';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerAdmission } from './admit.ts';
import { registerEvents } from './events/routes.ts';
import { registerProblems } from './problems.ts';
import { answerBadAddress, createBrokenRequests } from './refusals.ts';

export interface AppDeps {
  intake: Intake;
  access: Access;
  health: () => Promise<Health>;
  log: Logger;
  /** Bytes of a request's body. Default 8 MiB. */
  bodyLimit?: number | undefined;
  /** What a request may take to come in, in milliseconds. Default 20,000. */
  requestTimeoutMs?: number | undefined;
}

/** What callers get, once the listener stops, to finish what they are sending. */
const CLOSE_GRACE_MS = 3000;

/** The listener's HTTP; it listens to nothing by itself. */
export function buildApp({
  intake,
  access,
  health,
  log,
  bodyLimit = LIMITS.requestBytes,
  requestTimeoutMs = LIMITS.requestTimeMs,
}: AppDeps): FastifyInstance {
  const broken = createBrokenRequests();
  const app = Fastify({
    logger: false,
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: requestTimeoutMs,
    // Headers that trickle in are looked for as often as they may take.
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: Math.min(1000, requestTimeoutMs) },
    routerOptions: { maxParamLength: 64 },
    return503OnClosing: false,
    frameworkErrors: answerBadAddress,
    clientErrorHandler: broken.answer,
  });
  app.addHook('onRequest', (request, reply, done) => {
    broken.begin(request, reply);
    done();
  });
  closeInTime(app);
  registerProblems(app, log);
  registerAdmission(app, access);
  registerEvents(app, intake);
  app.get('/health', async (_request, reply) => {
    const state = await health();
    return reply.code(state.status === 'ok' ? 200 : 500).send(state);
  });
  return app;
}

/** A caller that never finishes its request must not keep the process from ending. */
function closeInTime(app: FastifyInstance): void {
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
}
