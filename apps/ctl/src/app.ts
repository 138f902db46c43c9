import { JobicoError, LIMITS } from '@jobico/contract';
import type { Health, Logger } from '@jobico/telemetry';
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
  log: Logger;
  version: string;
}

const LONGEST_PATH_FIELD = 1024;

/** The control plane over HTTP. It listens to nothing: the caller does that, or injects requests. */
export function buildApp({ health, version, log, ...deps }: AppDeps): FastifyInstance {
  const sendProblem = (reply: FastifyReply, error: unknown, operation: string) => {
    const problem = problemOf(error, log, operation);
    if (problem.code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer');
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

  addRoutes(app, { ...deps, log, stopping: stopping.signal });
  const document = openApiDocument(version);
  app.get('/openapi.json', () => document);
  app.get('/health', async (_request, reply) => {
    const state = await health();
    return reply.code(state.status === 'ok' ? 200 : 500).send({ ...state, version });
  });
  return app;
}
