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

function okAnswer(kind: HostRequest['kind'], value: (HostAnswer & { ok: true })['value']): WireAnswer {
  if (value === undefined || typeof value === 'string') return { isOk: true, value: value ?? null };
  if ('revision' in value) return { isOk: true, value: value.revision, bytes: value.value };
  if ('status' in value) return { isOk: true, value: [value.status, value.headers], bytes: value.body };
  return { isOk: true, value: kind === 'kv.keys' ? value : null };
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
