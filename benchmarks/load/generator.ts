// The load, from a process of its own, which no figure counts.
import { endWithParent, tellParent } from '../child.ts';
import { openConnections, type Connections } from './connections.ts';
import { flood } from './flood.ts';
import { pace } from './pace.ts';
import type { LoadAnswer, LoadRequest } from './requests.ts';
import { pour, takeTurns } from './targets.ts';

async function answer(request: LoadRequest): Promise<LoadAnswer> {
  try {
    using connections = await openConnections(new URL(request.url));
    return await send(connections, request);
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

function send(connections: Connections, request: LoadRequest): Promise<LoadAnswer> {
  switch (request.kind) {
    case 'flood':
      return flood(connections, request);
    case 'pace':
      return pace(connections, request);
    case 'turns':
      return takeTurns(connections, request);
    case 'pour':
      return pour(connections, request);
  }
}

process.on('message', (request) => void answer(request as LoadRequest).then(tellParent));
endWithParent(() => Promise.resolve());
tellParent('ready');
