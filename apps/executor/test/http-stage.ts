import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as http from 'node:http';
import * as net from 'node:net';
import type { HostAnswer, HttpRequest } from '@jobico/component';
import { createCallHttp, type HttpOptions } from '../src/host/http/call-http.ts';
import type { CallContext } from '../src/host/host-services.ts';

/** A server of a test, and the requests that reached it. */
export interface TestServer {
  readonly port: number;
  readonly seen: IncomingMessage[];
  /** Sockets that are open. */
  connections(): number;
  /** Sockets that ever were. */
  accepted(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Listens on a loopback address; `port` 0 is a free one. */
export async function serve(answer: Answer, host = '127.0.0.1', port = 0): Promise<TestServer> {
  const seen: IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  return listen(server, seen, host, port);
}

/** Answers whatever comes with these bytes. */
export async function serveBytes(...answers: (string | Buffer)[]): Promise<TestServer> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => answers.forEach((bytes) => socket.write(bytes)));
  });
  return listen(server, [], '127.0.0.1', 0);
}

export async function listen(
  server: net.Server,
  seen: IncomingMessage[],
  host = '127.0.0.1',
  port = 0,
): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    accepted += 1;
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    seen,
    connections: () => sockets.size,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface Sent extends Partial<HttpRequest> {
  url: string;
  tenant?: string;
  /** Left of the attempt's time. */
  leftMs?: number;
  signal?: AbortSignal;
}

/** Calls `http` as a job with these grants does. */
export function jobWith(grants: readonly string[] | undefined, options: HttpOptions = {}) {
  const call = createCallHttp(options);
  return ({ tenant = 'acme', leftMs = 10_000, signal = new AbortController().signal, ...request }: Sent) => {
    const context = {
      attempt: { event: { tenant }, declared: { job: { grant: { http: grants } } } },
      deadlineMs: performance.now() + leftMs,
      signal,
    } as unknown as CallContext;
    return call({ kind: 'http.send', args: { method: 'GET', headers: [], ...request } }, context);
  };
}

/** The response of an answer that has one. */
export function responseOf(answer: HostAnswer): {
  status: number;
  headers: readonly (readonly string[])[];
  text: string;
} {
  if (!answer.ok || typeof answer.value !== 'object' || !('status' in answer.value)) {
    throw new Error(`no response: ${JSON.stringify(answer)}`);
  }
  const { status, headers, body } = answer.value;
  return { status, headers, text: Buffer.from(body).toString() };
}
