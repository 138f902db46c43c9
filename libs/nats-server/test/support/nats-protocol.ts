import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** What a server says of itself to whoever connects. */
export async function greeting(url: string): Promise<Record<string, unknown>> {
  const socket = open(url);
  try {
    return infoOf(await untilLine(socket, /^INFO /));
  } finally {
    socket.destroy();
  }
}

/** Publishes without credentials and returns the JSON of the reply, by the protocol as it is on the wire. */
export async function publish(url: string, subject: string, payload: string): Promise<Record<string, unknown>> {
  const socket = open(url);
  try {
    const commands = [
      'CONNECT {"verbose":false,"headers":true,"no_responders":true}',
      'SUB reply 1',
      `PUB ${subject} reply ${Buffer.byteLength(payload)}`,
      payload,
    ];
    socket.write(`${commands.join('\r\n')}\r\n`);
    return JSON.parse(await untilLine(socket, /^\{/)) as Record<string, unknown>;
  } finally {
    socket.destroy();
  }
}

function open(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname).setEncoding('utf8');
}

async function untilLine(socket: Socket, pattern: RegExp): Promise<string> {
  let text = '';
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [string];
    text += chunk;
    const line = text
      .split('\r\n')
      .slice(0, -1)
      .find((candidate) => pattern.test(candidate));
    if (line !== undefined) return line;
  }
}

function infoOf(line: string): Record<string, unknown> {
  return JSON.parse(line.slice('INFO '.length)) as Record<string, unknown>;
}
