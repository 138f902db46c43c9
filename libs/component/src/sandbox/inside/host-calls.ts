import { setTimeout } from 'node:timers';

import { CALL_LIMITS, readHostRequest, sizeOfRequest } from '../calls.ts';
import type { HostRequest } from '../calls.ts';
import { FROM_SANDBOX, MAX_CALLS_OF_SANDBOX, MAX_CALLS_UNDER_WAY } from '../wire.ts';
import type { AnswerMessage } from '../wire.ts';
import type { Channel } from './channel.ts';
import type { Execution } from './execution.ts';
import type { LiveLines } from './live-lines.ts';
import type { Turn } from './turn.ts';

/** What comes back from the supervisor: the value of a call and the bytes that belong to it. */
export interface Answer {
  readonly value: unknown;
  readonly bytes: Uint8Array;
}

export interface HostCalls {
  /** Asks the supervisor. Rejects with the `error` of the call's result. */
  call(execution: Execution, kind: HostRequest['kind'], args: unknown[], bytes?: Uint8Array): Promise<Answer>;
  /** Suspends the guest for a while. */
  sleep(execution: Execution, milliseconds: number): Promise<void>;
  /** Takes an answer in. */
  answered(message: AnswerMessage, bytes: Uint8Array): void;
}

/** A guest that was suspended and may go on. */
export interface Resumption {
  readonly execution: Execution;
  resume(): void;
}

interface Waiting {
  readonly execution: Execution;
  readonly size: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

const NO_BYTES = new Uint8Array();

/** The `error` of the interface a call belongs to, for arguments that the supervisor would take for an attack. */
const REFUSALS: Readonly<Record<HostRequest['kind'], { tag: string; val: string }>> = {
  'kv.get': { tag: 'too-large', val: 'the bucket or the key is too long' },
  'kv.set': { tag: 'too-large', val: 'the bucket, the key or the value is too large' },
  'kv.delete': { tag: 'too-large', val: 'the bucket or the key is too long' },
  'kv.keys': { tag: 'too-large', val: 'the bucket or the prefix is too long' },
  'http.send': { tag: 'invalid', val: 'the method, the URL, the headers or the body are too large' },
  'outbox.emit': { tag: 'too-large', val: "the event's name, its key or its data are too large" },
};

/** `enter` lets a suspended guest go on when its turn comes. */
export function createHostCalls(
  channel: Channel,
  turn: Turn,
  liveLines: LiveLines,
  enter: (resumption: Resumption) => void,
): HostCalls {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let underWay = 0;
  return {
    call(execution, kind, args, bytes = NO_BYTES) {
      if (execution.callsUnderWay >= MAX_CALLS_UNDER_WAY) throw new Error('too many host calls at once');
      const request = readHostRequest(kind, args, bytes);
      const size = request === undefined ? 0 : sizeOfRequest(request);
      const isTooMuch = underWay + size > CALL_LIMITS.underWay || waiting.size >= MAX_CALLS_OF_SANDBOX;
      if (request === undefined || isTooMuch) throw REFUSALS[kind];
      underWay += size;
      lastId += 1;
      const callId = lastId;
      execution.callsUnderWay += 1;
      channel.send([FROM_SANDBOX.call, execution.n, callId, kind, args], bytes);
      channel.flush();
      liveLines.suspended(execution);
      turn.leave();
      return new Promise<Answer>((resolve, reject) => waiting.set(callId, { execution, size, resolve, reject }));
    },
    sleep(execution, milliseconds) {
      liveLines.suspended(execution);
      turn.leave();
      return new Promise((resume) => void setTimeout(() => enter({ execution, resume }), milliseconds));
    },
    answered([, callId, isOk, value], view) {
      const call = waiting.get(callId);
      if (call === undefined) return;
      waiting.delete(callId);
      call.execution.callsUnderWay -= 1;
      underWay -= call.size;
      // The view lives as long as this call only.
      const bytes = new Uint8Array(view);
      const resume = (): void => (isOk ? call.resolve({ value, bytes }) : call.reject(value));
      enter({ execution: call.execution, resume });
    },
  };
}
