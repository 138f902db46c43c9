import type { HostRequest } from './calls.ts';
import type { HostAnswer, HostCall } from './sandbox.ts';

/** An answer on its way in: the value as JSON has it, and the bytes beside it. */
export interface WireAnswer {
  readonly isOk: boolean;
  readonly value: unknown;
  readonly bytes?: Uint8Array | undefined;
}

/** Asks the supervisor and puts what it says in the form of the wire. Never rejects: a job gets an error it knows. */
export async function answerCall(call: HostCall, ask: (call: HostCall) => Promise<HostAnswer>): Promise<WireAnswer> {
  try {
    const answer = await ask(call);
    if (answer.ok) return okAnswer(call.kind, answer.value);
    return { isOk: false, value: { tag: answer.error.tag, val: answer.error.val } };
  } catch {
    return { isOk: false, value: BREAKDOWN[call.kind] };
  }
}

/** Throws for a value that is not the call's: the guest would trap on it, through no fault of its own. */
function okAnswer(kind: HostRequest['kind'], value: HostValue): WireAnswer {
  const isRecord = typeof value === 'object' && !isTexts(value);
  switch (kind) {
    case 'kv.get':
      if (value === undefined) return { isOk: true, value: null };
      if (isRecord && 'revision' in value) return { isOk: true, value: value.revision, bytes: value.value };
      break;
    case 'kv.set':
      if (typeof value === 'string') return { isOk: true, value };
      break;
    case 'kv.keys':
      if (typeof value === 'object' && isTexts(value)) return { isOk: true, value };
      break;
    case 'http.send':
      if (isRecord && 'status' in value) {
        return { isOk: true, value: [value.status, value.headers], bytes: value.body };
      }
      break;
    case 'kv.delete':
    case 'outbox.emit':
      return { isOk: true, value: null };
  }
  throw new TypeError(`${kind} cannot be answered so`);
}

type HostValue = (HostAnswer & { ok: true })['value'];

function isTexts(value: HostValue & object): value is readonly string[] {
  return Array.isArray(value);
}

const platformFailed = 'the platform could not answer';

/** What a job is told when the supervisor itself fails: the error of its interface that invites another attempt. */
const BREAKDOWN: Readonly<Record<HostRequest['kind'], { tag: string; val: string }>> = {
  'kv.get': { tag: 'unavailable', val: platformFailed },
  'kv.set': { tag: 'unavailable', val: platformFailed },
  'kv.delete': { tag: 'unavailable', val: platformFailed },
  'kv.keys': { tag: 'unavailable', val: platformFailed },
  'http.send': { tag: 'failed', val: platformFailed },
  'outbox.emit': { tag: 'denied', val: platformFailed },
};
