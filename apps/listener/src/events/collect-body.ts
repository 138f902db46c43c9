import type { IncomingMessage } from 'node:http';
import { errorCodes, type FastifyRequest } from 'fastify';
import { createPieces } from './pieces.ts';

/**
 * Reads a body whole, and refuses one as the framework does: it would keep a buffer for each chunk, which may hold a
 * single byte.
 */
export function collectBody(request: FastifyRequest, payload: IncomingMessage): Promise<Buffer> {
  const limit = request.routeOptions.bodyLimit;
  const announced = Number(request.headers['content-length'] ?? NaN);
  if (announced > limit) return Promise.reject(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const pieces = createPieces(Number.isNaN(announced) ? limit : announced);
  const leave = () => payload.off('data', onData).off('end', onEnd).off('error', onError);
  const refuse = (error: Error) => {
    leave();
    reject(error);
  };
  const onData = (chunk: Buffer) => {
    if (pieces.length + chunk.length > limit) refuse(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    else pieces.add(chunk);
  };
  const onEnd = () => {
    const isAsAnnounced = Number.isNaN(announced) || pieces.length === announced;
    if (!isAsAnnounced) return refuse(new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH());
    leave();
    resolve(pieces.whole());
  };
  // Whoever breaks off is at fault.
  const onError = (error: Error) => refuse(Object.assign(error, { statusCode: 400 }));
  payload.on('data', onData).on('end', onEnd).on('error', onError).resume();
  return promise;
}
