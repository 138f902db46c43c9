import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { JobicoError } from '@jobico/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Arrivals } from '../arrivals.ts';
import { NDJSON } from '../stream/stream-events.ts';
import { collectBody } from './collect-body.ts';

/** A body as routes get it: text that is taken whole, or the stream that brings it. */
export type Body = string | IncomingMessage | undefined;

const WHOLE = ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json'];

/** Bodies stay text: what is stored is what was sent. Whatever is not plain UTF-8 JSON is refused. */
export function registerBodies(app: FastifyInstance, arrivals: Arrivals): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(WHOLE, async (request: FastifyRequest, payload: IncomingMessage) => {
    const body = await collectBody(request, payload);
    arrivals.end(request.raw);
    assertPlain(request);
    return textOf(body);
  });
  app.addContentTypeParser(NDJSON, (request, body, done) => {
    try {
      assertPlain(request);
      done(null, body);
    } catch (error) {
      done(error as Error);
    }
  });
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

function assertPlain({ headers }: FastifyRequest): void {
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new JobicoError('unsupported-media-type', `the charset ${JSON.stringify(charset)} is not taken`, {
      hint: 'JSON is UTF-8: send content-type: application/json.',
    });
  }
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    throw new JobicoError('unsupported-media-type', `the content encoding ${JSON.stringify(encoding)} is not taken`, {
      hint: 'Send the body as it is, without content-encoding.',
    });
  }
}

/** Bytes that are no UTF-8 would be stored as others than were sent. */
export function textOf(body: Buffer): string {
  if (isUtf8(body)) return body.toString('utf8');
  throw new JobicoError('not-json', 'the body is not JSON: its bytes are not UTF-8', {
    hint: 'JSON is UTF-8: encode the body so.',
  });
}
