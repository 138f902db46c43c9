import type { Nodes } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

export function createNodeHandlers({ nodes }: { nodes: Nodes }): Pick<Handlers, 'node.list'> {
  return { 'node.list': async () => ({ items: await nodes.list() }) };
}
