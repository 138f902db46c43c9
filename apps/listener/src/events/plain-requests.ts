import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Access, Admission, Intake } from '@jobico/messaging';
import type { Arrivals } from '../arrivals.ts';
import type { ProblemAnswer } from '../problems.ts';
import type { BrokenRequests } from '../refusals.ts';
import { assertProducer } from '../admit.ts';
import { readItems } from './json-items.ts';
import { createPieces } from './pieces.ts';
import { textOf } from './read-body.ts';
import { traceOf } from './request-options.ts';
import type { EventAddress } from './send-events.ts';

export interface PlainDeps {
  access: Access;
  admission: Pick<Admission, 'headersFor'>;
  intake: Pick<Intake, 'send'>;
  arrivals: Arrivals;
  broken: BrokenRequests;
  /** Bytes of a body. */
  bodyLimit: number;
  /** Told of each answer. */
  answered: (status: number, elapsedMs: number) => void;
  problemOf: (error: unknown) => ProblemAnswer;
}

/** Takes a request, or leaves it to the framework: then nothing of it has been read, and nothing answered. */
export type TakeRequest = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Requests of which nothing but the body decides what happens to them, as almost every one is: `POST /events/…` with JSON of
 * a known length, of a caller who may send it. What the framework does for a request is a fifth of what such a one costs.
 * Whatever is in any way else is the framework's, refusals of callers too.
 */
export function createPlainRequests(deps: PlainDeps): TakeRequest {
  const { access, admission, intake, arrivals, broken, bodyLimit, answered, problemOf } = deps;

  const send = async ({ tenant, event }: EventAddress, headers: IncomingHttpHeaders, body: Buffer) => {
    const items = readItems(textOf(body));
    return await intake.send({ tenant, event, items, source: 'http', traceparent: traceOf(headers.traceparent) });
  };

  return (request, response) => {
    const { headers } = request;
    const address = addressOf(request);
    if (!address || !isPlain(headers, bodyLimit) || !isProducer(access, headers, address)) return false;
    const startedMs = performance.now();
    broken.begin(request, response);
    arrivals.begin(request);
    const answer = (status: number, fields: OutgoingHttpHeaders, body: string) => {
      if (response.destroyed) return;
      const bytes = Buffer.byteLength(body);
      // Text that is ASCII, as almost every answer is, needs no encoding.
      const encoding = bytes === body.length ? 'latin1' : 'utf8';
      response.writeHead(status, { ...fields, 'content-length': bytes }).end(body, encoding);
      answered(status, performance.now() - startedMs);
    };
    whenWhole(request, (body) => {
      arrivals.end(request);
      const limits = admission.headersFor(address.tenant);
      send(address, headers, body).then(
        (accepted) => answer(202, { ...limits, 'content-type': JSON_TYPE }, JSON.stringify(accepted)),
        (error: unknown) => {
          const problem = problemOf(error);
          answer(problem.status, { ...limits, ...problem.headers }, JSON.stringify(problem.body));
        },
      );
    });
    return true;
  };
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** No longer than ids are, and without what would have to be decoded. */
const PATH = /^\/events\/([a-z0-9-]{1,63})\/([a-z0-9-]{1,63})$/;

function addressOf({ method, url = '' }: IncomingMessage): EventAddress | undefined {
  const found = method === 'POST' ? PATH.exec(url) : undefined;
  return found?.[1] && found[2] ? { tenant: found[1], event: found[2] } : undefined;
}

const PLAIN_TYPES = new Set(['application/json', 'application/json; charset=utf-8']);

function isPlain(headers: IncomingHttpHeaders, bodyLimit: number): boolean {
  const length = Number(headers['content-length'] ?? 0);
  return (
    PLAIN_TYPES.has(headers['content-type'] ?? '') &&
    length > 0 &&
    length <= bodyLimit &&
    headers['content-encoding'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers['idempotency-key'] === undefined &&
    headers['jobico-key'] === undefined &&
    headers.prefer === undefined &&
    headers['ce-specversion'] === undefined
  );
}

function isProducer(access: Access, headers: IncomingHttpHeaders, { tenant }: EventAddress): boolean {
  try {
    assertProducer(access, headers, tenant);
    return true;
  } catch {
    return false;
  }
}

/** Of a request that does not come whole nothing is said here: the server sees its connection end, or its time. */
function whenWhole(request: IncomingMessage, take: (body: Buffer) => void): void {
  const pieces = createPieces(Number(request.headers['content-length']));
  request.on('data', (chunk: Buffer) => pieces.add(chunk));
  request.on('end', () => take(pieces.whole()));
}
