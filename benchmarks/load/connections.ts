import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * HTTP/1.1 connections, each with one request at a time. An HTTP client takes a large part of two cores as soon as thousands
 * of requests a second go through it, and would slow down what is measured; these write what was made before, and read of an
 * answer only where it ends.
 */
export interface Connections extends Disposable {
  /** Sends over the connection that was used last, or the first to be free. Resolves when it is answered 202, rejects if not. */
  post(request: Buffer): Promise<void>;
}

export const CONNECTIONS = 64;

const JSON_HEADERS = { 'content-type': 'application/json' };

/** A POST of JSON; `token` is sent as a bearer token. */
export function requestOf({ host, pathname }: URL, body: string, token?: string): Buffer {
  const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  const fields = Object.entries({ host, ...JSON_HEADERS, ...authorization, 'content-length': Buffer.byteLength(body) });
  const lines = [`POST ${pathname} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

export async function openConnections(target: URL): Promise<Connections> {
  const all = new Set<Connection>();
  let free: Connection[] = [];
  const waiting: ((connection: Connection) => void)[] = [];
  const onFree = (connection: Connection) => {
    const next = waiting.shift();
    if (next) next(connection);
    else free.push(connection);
  };
  const onClose = (connection: Connection) => {
    all.delete(connection);
    free = free.filter((each) => each !== connection);
  };
  const open = async () => {
    const connection = await openConnection(target, onFree, onClose);
    all.add(connection);
    return connection;
  };
  // A server closes what was not used for a while.
  const anotherOne = () =>
    all.size < CONNECTIONS ? open() : new Promise<Connection>((resolve) => waiting.push(resolve));
  free = await Promise.all(Array.from({ length: CONNECTIONS }, open));
  return {
    post(request) {
      const connection = free.pop();
      return connection ? connection.post(request) : anotherOne().then((other) => other.post(request));
    },
    [Symbol.dispose]() {
      for (const connection of all) connection.close();
    },
  };
}

interface Connection {
  post(request: Buffer): Promise<void>;
  close(): void;
}

async function openConnection(
  { hostname, port }: URL,
  onFree: (connection: Connection) => void,
  onClose: (connection: Connection) => void,
): Promise<Connection> {
  let unread = '';
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const read = (bytes: number, chunk: Uint8Array) => {
    unread += Buffer.from(chunk.buffer, chunk.byteOffset, bytes).toString('latin1');
    const length = lengthOf(unread);
    if (Number.isNaN(length)) {
      socket.destroy(new Error(`an answer does not say how long it is: ${unread.slice(0, 500)}`));
      return false;
    }
    if (unread.length < length) return true;
    const answer = unread;
    unread = '';
    onFree(connection);
    if (answer.startsWith('HTTP/1.1 202 ')) settle?.resolve();
    else settle?.reject(new Error(`a request was answered ${answer.slice(9, 500)}`));
    return true;
  };
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: { buffer: Buffer.alloc(64 << 10), callback: read },
  });
  await once(socket, 'connect');
  socket.on('error', (error) => settle?.reject(error));
  socket.on('close', () => {
    settle?.reject(new Error('the connection was closed before the answer'));
    onClose(connection);
  });
  const connection: Connection = {
    post: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    close: () => void socket.destroy(),
  };
  return connection;
}

/** How long the answer is that begins here: endless until its headers are there, `NaN` if they do not say it. */
function lengthOf(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return Infinity;
  return end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
}
