import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Session } from 'node:inspector/promises';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { getHeapSnapshot } from 'node:v8';

/** Where a process can be looked into while it runs. */
export interface Diagnostics extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
}

const PROFILE_SECONDS = 10;
const LONGEST_PROFILE_SECONDS = 300;
const HELP = `GET /profile?seconds=10   what the process computes: a .cpuprofile for DevTools or an editor
GET /heap                 what it holds: a .heapsnapshot (the process stands still while it is taken)
`;

/**
 * Opens it on this machine's loopback address, and nowhere else: a heap holds secrets. Throws what `listen` throws for a port
 * that is in use.
 */
export async function openDiagnostics(port: number): Promise<Diagnostics> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(`${error instanceof Error ? error.message : String(error)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  // It must not keep a process that has stopped.
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A page that a browser has open on this machine must not ask, not even by a name of its own that leads here.
  const host = request.headers.host ?? '';
  if (request.headers.origin !== undefined || !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) {
    response.writeHead(403).end();
    return;
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (request.method === 'GET' && pathname === '/heap') {
    response.setHeader('content-disposition', 'attachment; filename="jobico.heapsnapshot"');
    await pipeline(getHeapSnapshot(), response);
  } else if (request.method === 'GET' && pathname === '/profile') {
    const seconds = Number(searchParams.get('seconds') ?? PROFILE_SECONDS);
    if (!(seconds > 0 && seconds <= LONGEST_PROFILE_SECONDS)) {
      response.writeHead(400).end(`seconds: above 0, at most ${LONGEST_PROFILE_SECONDS}\n`);
      return;
    }
    response.setHeader('content-disposition', 'attachment; filename="jobico.cpuprofile"');
    response.end(JSON.stringify(await profile(seconds)));
  } else response.writeHead(pathname === '/' ? 200 : 404, { 'content-type': 'text/plain' }).end(HELP);
}

async function profile(seconds: number): Promise<unknown> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return (await session.post('Profiler.stop')).profile;
  } finally {
    session.disconnect();
  }
}
