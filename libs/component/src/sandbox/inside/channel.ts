import type { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

import { createFrameReader, NO_LIMITS } from '../frames.ts';
import type { OnFrame } from '../frames.ts';
import { CHANNEL_FD } from '../wire.ts';
import type { MessageFromSandbox } from '../wire.ts';
import { createOutbox } from './outbox.ts';

export interface Channel {
  /** Puts a message in line; it goes out with the next flush. A write for every message would cost more than a job. */
  send(message: MessageFromSandbox, bytes?: Uint8Array): void;
  /** Puts in line that the guest of `n` is entered. It is left out if the next message is the outcome of `n`. */
  enter(n: number): void;
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
  const outbox = createOutbox();
  let lastFlush = 0;
  return {
    send: (message, bytes) => outbox.add(message, bytes),
    enter: (n) => outbox.enter(n),
    flush() {
      const bytes: Buffer | undefined = outbox.take();
      if (bytes === undefined) return;
      socket.write(bytes);
      lastFlush = performance.now();
    },
    silentMs: () => performance.now() - lastFlush,
    get isBacklogged() {
      return socket.writableLength > 0;
    },
    whenDrained: (callback) => void socket.write('', () => callback()),
  };
}
