import { Buffer } from 'node:buffer';

import { encodeFrame, frameOf } from '../frames.ts';
import { FROM_SANDBOX } from '../wire.ts';
import type { MessageFromSandbox } from '../wire.ts';

/** Messages that have not gone out, as frames. Those without bytes share a frame: one to encode, one to read. */
export interface Outbox {
  add(message: MessageFromSandbox, bytes?: Uint8Array): void;
  /** The guest of `n` is entered: said before whatever comes next, unless that is its outcome, which says as much. */
  enter(n: number): void;
  /** Everything so far, if there is something. */
  take(): Buffer | undefined;
}

/** UTF-16 units of a shared frame; the supervisor looks more closely at longer ones. */
const MOST_SHARED = 32_768;

export function createOutbox(): Outbox {
  let frames: Buffer[] = [];
  let shared: string[] = [];
  let sharedLength = 0;
  let entered: number | undefined;

  const closeShared = (): void => {
    const [only] = shared;
    if (only === undefined) return;
    frames.push(frameOf(shared.length === 1 ? only : `[${FROM_SANDBOX.several},${shared.join(',')}]`));
    shared = [];
    sharedLength = 0;
  };
  const share = (message: MessageFromSandbox): void => {
    const json = JSON.stringify(message);
    if (sharedLength + json.length > MOST_SHARED) closeShared();
    shared.push(json);
    sharedLength += json.length;
  };
  const tellEntered = (): void => {
    if (entered !== undefined) share([FROM_SANDBOX.entered, entered]);
    entered = undefined;
  };

  return {
    add(message, bytes) {
      if (message[0] === FROM_SANDBOX.done && message[1] === entered) entered = undefined;
      tellEntered();
      if (bytes === undefined || bytes.length === 0) {
        share(message);
        return;
      }
      closeShared();
      frames.push(encodeFrame(message, bytes));
    },
    enter(n) {
      tellEntered();
      entered = n;
    },
    take() {
      tellEntered();
      closeShared();
      const [only] = frames;
      if (only === undefined) return undefined;
      const taken = frames.length === 1 ? only : Buffer.concat(frames);
      frames = [];
      return taken;
    },
  };
}
