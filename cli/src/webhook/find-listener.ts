import type { Client } from '@jobico/client';
import { JobicoError } from '@jobico/contract';

/** The URL of a listener that runs. Throws `unavailable` where none does. */
export async function findListener(client: Client): Promise<string> {
  const { items } = await client.call('node.list', {});
  const found = items.find(({ module, url }) => module === 'listener' && url !== undefined)?.url;
  if (found !== undefined) return found;
  throw new JobicoError('unavailable', 'no listener is running', {
    hint: 'Start one with jobico up --modules listener, or name one with --listener-url.',
  });
}
