import {
  JobicoError,
  OPERATION_NAMES,
  operations,
  type Caller,
  type Operation,
  type OperationName,
  type StreamName,
} from '@jobico/contract';
import { bearerToken } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CallName, Streams } from '../operations.ts';
import { problemOf } from './errors.ts';
import { writeEventStream } from './event-stream.ts';
import { inputOf, type JsonBody } from './inputs.ts';
import { asAway, authorise, runOperation, type RunDeps } from './run-operation.ts';

export interface RouteDeps extends RunDeps {
  streams: Streams;
  log: Logger;
  /** Ends the streams that are open. */
  stopping: AbortSignal;
}

/** Every row of the operation table as a route. */
export function addRoutes(app: FastifyInstance, deps: RouteDeps): void {
  const { access } = deps;
  const callers = new WeakMap<FastifyRequest, Caller>();
  const callerOf = (request: FastifyRequest) => callers.get(request) ?? access.authenticate(undefined);
  for (const name of OPERATION_NAMES) {
    const row: Operation = operations[name];
    app.route({
      method: row.method,
      url: row.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: { isSensitive: row.isSensitive === true },
      ...(row.bodyLimit !== undefined && { bodyLimit: row.bodyLimit }),
      // Before the body is read: a stranger's is not.
      onRequest: async (request) => {
        access.assertHost(request.headers.host);
        const caller = access.authenticate(bearerToken(request.headers.authorization));
        if (row.path.includes('{tenant}')) authorise(access, caller, name, request.params);
        callers.set(request, caller);
      },
      handler: isStream(name)
        ? (request, reply) => answerStream(name, request, reply, { ...deps, caller: callerOf(request) })
        : (request) => answerCall(name, request, callerOf(request), deps),
    });
  }
}

/** Whether what was sent may be a secret. */
export function isSensitive({ routeOptions: { config } }: FastifyRequest): boolean {
  return 'isSensitive' in config && config.isSensitive === true;
}

function isStream(name: OperationName): name is StreamName {
  const row: Operation = operations[name];
  return row.isStream === true;
}

async function answerCall(
  name: OperationName,
  request: FastifyRequest,
  caller: Caller,
  deps: RouteDeps,
): Promise<unknown> {
  const input = inputOf(name, request);
  const text = (request.body as JsonBody | undefined)?.text;
  return await runOperation(name as CallName, input, { text, caller }, deps);
}

async function answerStream(
  name: StreamName,
  request: FastifyRequest,
  reply: FastifyReply,
  { streams, access, caller, checks, stopping, log, isConnected }: RouteDeps & { caller: Caller },
): Promise<void> {
  const given = inputOf(name, request);
  authorise(access, caller, name, given);
  const input = checks.input(name, given);
  const afterSequence = lastEventId(request.headers['last-event-id']);
  const gone = new AbortController();
  const release = access.onEnd(caller, () => gone.abort());
  reply.raw.once('close', () => {
    release();
    gone.abort();
  });
  const signal = AbortSignal.any([gone.signal, stopping]);
  const items = await streams[name](input, { signal, afterSequence }).catch((error: unknown) => {
    throw asAway(error, isConnected());
  });
  reply.hijack();
  try {
    await writeEventStream(reply.raw, items);
  } catch (error) {
    // The answer has begun: the client sees its end, and comes back.
    if (!signal.aborted) problemOf(error, log, name);
  }
}

function lastEventId(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header);
  throw new JobicoError('bad-request', 'Last-Event-ID is not an id of this stream');
}
