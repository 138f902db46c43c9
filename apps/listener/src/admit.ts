import { JobicoError } from '@jobico/contract';
import { bearerToken, type Access } from '@jobico/messaging';
import type { FastifyInstance } from 'fastify';

/** What may be asked without a token: it says nothing of a tenant, or it has a check of its own (signatures). */
const WITHOUT_TOKEN = [/^\/health$/, /^\/openapi\.json$/, /^\/metrics$/, /^\/webhooks\//];

/**
 * Lets nobody on but producers of the tenant that an address names, before a body is read. An address that is not listed
 * above, and names no tenant, is an admin's.
 */
export function registerAdmission(app: FastifyInstance, access: Access): void {
  app.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions;
    if (url === undefined || WITHOUT_TOKEN.some((each) => each.test(url))) return;
    access.assertHost(request.headers.host);
    try {
      const caller = access.authenticate(bearerToken(request.headers.authorization));
      const { tenant } = request.params as { tenant?: string };
      access.authorise(caller, { name: 'sending an event', role: 'producer', tenant });
    } catch (error) {
      if (error instanceof JobicoError && error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
      throw error;
    }
  });
}
