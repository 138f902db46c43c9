import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

import { createFrameReader, encodeFrame, NO_LIMITS } from '../frames.ts';
import type { OnFrame } from '../frames.ts';
import { CHANNEL_FD } from '../wire.ts';
import type { MessageFromSandbox } from '../wire.ts';

export interface Channel {
  /** Puts a message in line; it goes out with the next flush. A write for every message would cost more than a job. */
  send(message: MessageFromSandbox, bytes?: Uint8Array): void;
  flush(): void;
  /** Milliseconds since something went out. */
  silentMs(): number;
  /** Has something not gone out yet? Then no event may start: what a sandbox holds is bounded by what it has said. */
  readonly isBacklogged: boolean;
  /** Calls back once when everything has gone out. */
  readonly whenDrained: (callback: () => void) => void;
}

/** The pipe to the supervisor. The process ends with it. */
export function openChannel(onFrame: OnFrame, exit: () => void): Channel {
  const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
  socket.on(
    'data',
    createFrameReader(() => NO_LIMITS, onFrame),
  );
  socket.on('close', exit);
  socket.on('error', exit);
  let frames: Buffer[] = [];
  let lastFlush = 0;
  const flush = (): void => {
    const [only] = frames;
    if (only === undefined) return;
    socket.write(frames.length === 1 ? only : Buffer.concat(frames));
    frames = [];
    lastFlush = performance.now();
  };
  return {
    send(message, bytes) {
      frames.push(encodeFrame(message, bytes));
    },
    flush,
    silentMs: () => performance.now() - lastFlush,
    get isBacklogged() {
      return socket.writableLength > 0;
    },
    whenDrained: (callback) => void socket.write('', () => callback()),
  };
}
