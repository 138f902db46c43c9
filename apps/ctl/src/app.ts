import { JobicoError, LIMITS, type Problem } from '@jobico/contract';
import { bearerToken, type Access } from '@jobico/messaging';
import { countAnswers, METRICS_TYPE, type Health, type Logger, type Metrics } from '@jobico/telemetry';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Streams } from './operations.ts';
import { problemOf } from './transport/errors.ts';
import { addRoutes, isSensitive } from './transport/http-routes.ts';
import { jsonBody } from './transport/inputs.ts';
import { openApiDocument } from './transport/openapi.ts';
import type { RunDeps } from './transport/run-operation.ts';

export interface AppDeps extends RunDeps {
  streams: Streams;
  health: () => Promise<Health>;
  metrics?: Metrics | undefined;
  log: Logger;
  version: string;
}

/** A key of 512 bytes, each of them percent-encoded. */
const LONGEST_PATH_FIELD = 1536;

/** Seconds, as whoever refused has found. */
function retryAfterOf({ details }: Problem): string {
  return String((details as { retryAfterSeconds?: number } | undefined)?.retryAfterSeconds ?? 1);
}

/** The control plane over HTTP. It listens to nothing: the caller does that, or injects requests. */
export function buildApp({ health, metrics, version, log, ...deps }: AppDeps): FastifyInstance {
  const sendProblem = (reply: FastifyReply, error: unknown, operation: string) => {
    const problem = problemOf(error, log, operation);
    if (problem.code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer');
    if (problem.code === 'limit-exceeded') void reply.header('retry-after', retryAfterOf(problem));
    void reply.code(problem.status).type('application/problem+json').send(problem);
  };
  const app = Fastify({
    logger: false,
    bodyLimit: LIMITS.operationBytes,
    routerOptions: { maxParamLength: LONGEST_PATH_FIELD },
    // Requests that are under way are answered; streams end by the signal below.
    forceCloseConnections: 'idle',
    frameworkErrors: (error, _request, reply) => sendProblem(reply as unknown as FastifyReply, error, 'none'),
  });
  const stopping = new AbortController();
  app.addHook('preClose', async () => stopping.abort());

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, async (request: FastifyRequest, text: string) =>
    jsonBody(text, isSensitive(request)),
  );
  app.setErrorHandler((error, request, reply) => sendProblem(reply, error, request.routeOptions.url ?? 'none'));
  app.setNotFoundHandler((request) => {
    throw new JobicoError('not-found', `nothing here answers ${request.method} ${request.url.slice(0, 200)}`, {
      hint: 'GET /openapi.json lists what there is.',
    });
  });

  if (metrics) measure(app, metrics, deps.access);
  addRoutes(app, { ...deps, log, stopping: stopping.signal });
  const document = openApiDocument(version);
  app.get('/openapi.json', () => document);
  app.get('/health', async (_request, reply) => {
    const state = await health();
    return reply.code(state.status === 'ok' ? 200 : 500).send({ ...state, version });
  });
  return app;
}

/** Counts what is answered, and tells it to admins: there are names of tenants and queues in it. */
function measure(app: FastifyInstance, metrics: Metrics, access: Access): void {
  const count = countAnswers(metrics);
  app.addHook('onResponse', (_request, reply, done) => {
    count(reply.statusCode, reply.elapsedTime);
    done();
  });
  app.get('/metrics', async ({ headers }, reply) => {
    access.assertHost(headers.host);
    const caller = access.authenticate(bearerToken(headers.authorization));
    access.authorise(caller, { name: 'reading metrics', role: 'admin', tenant: undefined });
    return reply.type(METRICS_TYPE).send(await metrics.text());
  });
}
