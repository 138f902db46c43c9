import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { JobicoError, toProblem } from '@jobico/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerProblem, noSuchAddress, PROBLEM_TYPE } from './problems.ts';

/** What comes before routing: an address that cannot be read, or with a part longer than any id. */
export function answerBadAddress(error: { code: string }, _request: FastifyRequest, reply: FastifyReply): void {
  const isUnreadable = error.code === 'FST_ERR_BAD_URL';
  const problem = isUnreadable ? new JobicoError('bad-request', 'the address is not well encoded') : noSuchAddress();
  answerProblem(reply, problem);
}

/** Answers what is no HTTP request, or does not come in time, and closes its connection. */
export interface BrokenRequests {
  /** Notes the request that a connection is at. */
  begin: (request: IncomingMessage, response: ServerResponse) => void;
  answer: (error: Error & { code?: string }, socket: Duplex) => void;
}

export function createBrokenRequests(): BrokenRequests {
  const latest = new WeakMap<Duplex, { request: IncomingMessage; response: ServerResponse }>();
  const ending = new WeakSet<Duplex>();
  return {
    begin(request, response) {
      const known = latest.get(request.socket);
      if (!known) latest.set(request.socket, { request, response });
      else {
        known.request = request;
        known.response = response;
      }
    },
    answer(error, socket) {
      if (error.code === 'ECONNRESET' || socket.destroyed || ending.has(socket)) return;
      ending.add(socket);
      const refuse = () => void socket.end(brokenRequest(error.code), () => socket.destroy());
      // A request that came whole gets its own answer first: this one must not be taken for it.
      const { request, response } = latest.get(socket) ?? {};
      if (request?.complete && response && !response.writableFinished) response.once('finish', refuse);
      else refuse();
    },
  };
}

function brokenRequest(code: string | undefined): string {
  const [status, problem] = refusalOf(code);
  // No word of the caller's stands in it.
  const body = JSON.stringify({ ...toProblem(problem), status });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

function refusalOf(code: string | undefined): [status: number, error: JobicoError] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, new JobicoError('bad-request', 'the request did not come in time')];
    case 'HPE_HEADER_OVERFLOW':
      return [431, new JobicoError('too-large', 'the headers are larger than this listener takes')];
    default:
      return [400, new JobicoError('bad-request', 'this is not an HTTP request that can be read')];
  }
}
