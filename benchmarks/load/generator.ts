// The load, from a process of its own, which no figure counts.
import { Pool } from 'undici';
import { endWithParent, tellParent } from '../child.ts';
import { flood } from './flood.ts';
import { pace } from './pace.ts';
import { CONNECTIONS, type LoadAnswer, type LoadRequest } from './requests.ts';
import { pour, takeTurns } from './targets.ts';

async function answer(request: LoadRequest): Promise<LoadAnswer> {
  try {
    return request.kind === 'flood' ? await flood(request) : await withPool(request);
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

async function withPool(request: Exclude<LoadRequest, { kind: 'flood' }>): Promise<LoadAnswer> {
  const { origin, pathname } = new URL(request.url);
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  try {
    switch (request.kind) {
      case 'pace':
        return await pace(pool, pathname, request);
      case 'turns':
        return await takeTurns(pool, request);
      case 'pour':
        return await pour(pool, request);
    }
  } finally {
    await pool.close();
  }
}

process.on('message', (request) => void answer(request as LoadRequest).then(tellParent));
endWithParent(() => Promise.resolve());
tellParent('ready');
