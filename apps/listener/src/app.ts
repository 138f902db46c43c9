import type { RequestListener } from 'node:http';
import { LIMITS } from '@jobico/contract';
import { createEventId, type Access } from '@jobico/messaging';
import { countAnswers, METRICS_TYPE, type Health, type Logger, type Metrics } from '@jobico/telemetry';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerAdmission } from './admit.ts';
import { registerAccessLog, type AccessLog } from './access-log.ts';
import { createArrivals } from './arrivals.ts';
import { registerCors } from './cors.ts';
import { registerBodies } from './events/read-body.ts';
import { createPlainRequests, type TakeRequest } from './events/plain-requests.ts';
import { registerEvents, type EventsDeps } from './events/routes.ts';
import { openApiDocument } from './openapi.ts';
import { loggedProblem, registerProblems } from './problems.ts';
import { registerWebhooks, type WebhookDeps } from './webhooks/routes.ts';
import { answerBadAddress, createBrokenRequests } from './refusals.ts';

export interface AppDeps extends Omit<EventsDeps, 'arrivals'>, Omit<WebhookDeps, 'arrivals' | 'clock'> {
  access: Access;
  health: () => Promise<Health>;
  metrics?: Metrics | undefined;
  log: Logger;
  /** Bytes of a request's body. Default 8 MiB. */
  bodyLimit?: number | undefined;
  /** What a request may take to come in, in milliseconds. Default 20,000. */
  requestTimeoutMs?: number | undefined;
  version: string;
  /** Origins of pages that may send from browsers. Default: none. */
  corsOrigins?: readonly string[] | undefined;
  /** Default `off`. */
  accessLog?: AccessLog | undefined;
  /** Milliseconds since 1970. Default: the system's. */
  clock?: (() => number) | undefined;
}

/** What callers get, once the listener stops, to finish what they are sending. */
const CLOSE_GRACE_MS = 3000;

/** The listener's HTTP; it listens to nothing by itself. */
export function buildApp({
  access,
  health,
  metrics,
  log,
  bodyLimit = LIMITS.requestBytes,
  requestTimeoutMs = LIMITS.requestTimeMs,
  clock = Date.now,
  version,
  corsOrigins = [],
  accessLog = 'off',
  ...deps
}: AppDeps): FastifyInstance {
  const broken = createBrokenRequests();
  // Node's own limit on the time of a request knows no exception, and a stream of events may take longer.
  const arrivals = createArrivals(requestTimeoutMs, (socket) => broken.answer(tooLate(), socket));
  const app = Fastify({
    logger: false,
    bodyLimit,
    requestTimeout: 0,
    connectionTimeout: requestTimeoutMs,
    // Headers that trickle in are looked for as often as they may take.
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: Math.min(1000, requestTimeoutMs) },
    routerOptions: { maxParamLength: 64 },
    return503OnClosing: false,
    frameworkErrors: answerBadAddress,
    clientErrorHandler: broken.answer,
  });
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    broken.begin(raw, reply.raw);
    if (raw.headers['content-length'] !== undefined || raw.headers['transfer-encoding'] !== undefined)
      arrivals.begin(raw);
    done();
  });
  closeInTime(app);
  app.addHook('onClose', async () => arrivals.stop());
  registerAccessLog(app, log, accessLog);
  registerCors(app, corsOrigins);
  registerProblems(app, log);
  const answered = metrics ? measure(app, metrics) : () => undefined;
  registerAdmission(app, access);
  registerBodies(app, arrivals);
  registerEvents(app, { ...deps, arrivals });
  // What these do for every request is the framework's to call.
  if (corsOrigins.length === 0 && accessLog === 'off') {
    const problemOf = (error: unknown) => loggedProblem(error, log, createEventId());
    takeFirst(app, createPlainRequests({ ...deps, access, arrivals, broken, bodyLimit, answered, problemOf }));
  }
  registerWebhooks(app, { ...deps, log, clock, arrivals });
  const document = openApiDocument(version);
  app.get('/openapi.json', () => document);
  app.get('/health', async (_request, reply) => {
    const state = await health();
    return reply.code(state.status === 'ok' ? 200 : 500).send(state);
  });
  return app;
}

const tooLate = () =>
  Object.assign(new Error('the request did not come in time'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });

/** Counts what is answered, and tells it. */
function measure(app: FastifyInstance, metrics: Metrics): ReturnType<typeof countAnswers> {
  const count = countAnswers(metrics);
  app.addHook('onResponse', (_request, reply, done) => {
    count(reply.statusCode, reply.elapsedTime);
    done();
  });
  app.get('/metrics', async (_request, reply) => reply.type(METRICS_TYPE).send(await metrics.text()));
  return count;
}

/** Lets requests be taken before the framework sees them, until it closes: then it has to end connections. */
function takeFirst(app: FastifyInstance, take: TakeRequest): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  const [handle] = app.server.listeners('request') as RequestListener[];
  app.server.removeAllListeners('request').on('request', (request, response) => {
    if (isClosing || !take(request, response)) handle?.(request, response);
  });
}

/** A caller that never finishes its request must not keep the process from ending. */
function closeInTime(app: FastifyInstance): void {
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
}
