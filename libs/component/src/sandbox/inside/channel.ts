import { Socket } from 'node:net';

import { createFrameReader, encodeFrame, NO_LIMITS } from '../frames.ts';
import type { OnFrame } from '../frames.ts';
import { CHANNEL_FD } from '../wire.ts';
import type { MessageFromSandbox } from '../wire.ts';

export interface Channel {
  send(message: MessageFromSandbox, bytes?: Uint8Array): void;
  /**
   * Has something not gone out yet? Then no event may start: the supervisor takes the oldest event without an answer
   * for the one that runs, and a guest that never returns would hold back what lies here.
   */
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
  return {
    send: (message, bytes) => void socket.write(encodeFrame(message, bytes)),
    get isBacklogged() {
      return socket.writableLength > 0;
    },
    whenDrained: (callback) => void socket.write('', () => callback()),
  };
}
