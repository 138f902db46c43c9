// The load, from a process of its own, which no figure counts.
import { Pool } from 'undici';
import { endWithParent, tellParent } from '../child.ts';
import { flood } from './flood.ts';
import { pace } from './pace.ts';
import { CONNECTIONS, type LoadAnswer, type LoadRequest } from './requests.ts';
import { pour, takeTurns } from './targets.ts';

async function answer(request: LoadRequest): Promise<LoadAnswer> {
  const { origin, pathname } = new URL(request.url);
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  try {
    return await send(pool, pathname, request);
  } catch (error) {
    return { failure: (error as Error).message };
  } finally {
    await pool.close();
  }
}

function send(pool: Pool, path: string, request: LoadRequest): Promise<LoadAnswer> {
  switch (request.kind) {
    case 'flood':
      return flood(request);
    case 'pace':
      return pace(pool, path, request);
    case 'turns':
      return takeTurns(pool, request);
    case 'pour':
      return pour(pool, request);
  }
}

process.on('message', (request) => void answer(request as LoadRequest).then(tellParent));
endWithParent(() => Promise.resolve());
tellParent('ready');
