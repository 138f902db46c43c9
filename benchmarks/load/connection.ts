import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * An HTTP/1.1 connection for one request at a time. An HTTP client takes a large part of two cores as soon as thousands of
 * requests a second go through it, and would slow down what is measured; this one writes what was made before, and reads of
 * an answer only where it ends.
 */
export interface Connection extends Disposable {
  /** Resolves when it is answered 202; rejects for any other answer. */
  post(request: Buffer): Promise<void>;
}

export function requestOf({ host, pathname }: URL, body: Buffer, headers: Readonly<Record<string, string>>): Buffer {
  const fields = Object.entries({ host, ...headers, 'content-length': body.length });
  const lines = [`POST ${pathname} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}

export async function openConnection({ hostname, port }: URL): Promise<Connection> {
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
  socket.on('close', () => settle?.reject(new Error('the connection was closed before the answer')));
  return {
    post: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** How long the answer is that begins here: endless until its headers are there, `NaN` if they do not say it. */
function lengthOf(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return Infinity;
  return end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
}
