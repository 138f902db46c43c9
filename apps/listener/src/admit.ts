import type { IncomingHttpHeaders } from 'node:http';
import { JobicoError } from '@jobico/contract';
import { bearerToken, type Access } from '@jobico/messaging';
import type { FastifyInstance } from 'fastify';

/** What may be asked without a token: it says nothing of a tenant, or it has a check of its own (signatures). */
const WITHOUT_TOKEN = new Set(['/health', '/openapi.json', '/metrics', '/webhooks/:tenant/:event']);

/**
 * Lets nobody on but producers of the tenant that an address names, before a body is read. An address that is not listed
 * above, and names no tenant, is an admin's.
 */
export function registerAdmission(app: FastifyInstance, access: Access): void {
  // With a callback: every event would wait for a promise here.
  app.addHook('onRequest', (request, reply, done) => {
    const { url } = request.routeOptions;
    if (url === undefined || WITHOUT_TOKEN.has(url)) {
      done();
      return;
    }
    try {
      assertProducer(access, request.headers, (request.params as { tenant?: string }).tenant);
    } catch (error) {
      if (error instanceof JobicoError && error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
      done(error as Error);
      return;
    }
    done();
  });
}

/** Throws unless these headers are of a caller who may send events of a tenant. */
export function assertProducer(access: Access, headers: IncomingHttpHeaders, tenant: string | undefined): void {
  access.assertHost(headers.host);
  const caller = access.authenticate(bearerToken(headers.authorization));
  access.authorise(caller, { name: 'sending an event', role: 'producer', tenant });
}
