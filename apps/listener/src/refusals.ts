import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
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
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(brokenRequest(error.code));
  socket.destroySoon();
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
