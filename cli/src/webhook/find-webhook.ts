import type { Client } from '@jobico/client';
import { JobicoError, nearest, webhookOf, type Webhook } from '@jobico/contract';

/** How the live packages of a tenant say that an event's webhooks are signed. Throws `not-found`, with what there is. */
export async function findWebhook(client: Client, tenant: string, event: string): Promise<Webhook> {
  const { items } = await client.call('package.list', { tenant });
  const known: string[] = [];
  for (const { id } of items) {
    const { definition } = await client.call('package.get', { tenant, package: id });
    for (const { event: declared } of definition.jobs) {
      if (declared.webhook === undefined) continue;
      if (declared.id === event) return webhookOf(declared.webhook);
      known.push(declared.id);
    }
  }
  const meant = nearest(event, known);
  throw new JobicoError('not-found', `no event ${event} of tenant ${tenant} takes webhooks`, {
    hint:
      meant !== undefined
        ? `Did you mean ${meant}?`
        : known.length > 0
          ? `Those that do: ${known.join(', ')}.`
          : 'Give it one in its package: jobs[].event.webhook: { scheme: github, secret: NAME }.',
  });
}
