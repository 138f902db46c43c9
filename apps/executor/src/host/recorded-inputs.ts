import { recordCall, type HostAnswer, type HostCall } from '@jobico/component';
import { LIMITS, type ExecutionInputs, type RecordedCall } from '@jobico/contract';

export type Inputs = ExecutionInputs;

/** What one attempt was given: its event, and what the host answered it. */
export interface InputRecorder {
  add(call: HostCall, answer: HostAnswer): void;
  /** As it is kept beside the record; without the calls that were too many. */
  taken(): Inputs;
}

/** Headers that say what a request is, not who sends it. The values of all others may be secrets. */
const PLAIN_HEADERS = new Set(['accept', 'accept-language', 'content-type', 'if-none-match', 'user-agent']);
const HIDDEN = '[not recorded]';

/** Keeps the inputs of an attempt up to `LIMITS.recordedInputBytes`; beyond that they are cut, and say so. */
export function recordInputs(data: string): InputRecorder {
  const calls: RecordedCall[] = [];
  const isTooLarge = Buffer.byteLength(data) > LIMITS.recordedInputBytes;
  let bytesLeft = LIMITS.recordedInputBytes - Buffer.byteLength(data);
  return {
    add(call, answer) {
      if (bytesLeft < 0) return;
      const recorded = withoutCredentials(recordCall(requestOf(call), answer));
      bytesLeft -= Buffer.byteLength(JSON.stringify(recorded));
      if (bytesLeft >= 0) calls.push(recorded);
    },
    taken: () => ({ data: isTooLarge ? '' : data, calls, ...(bytesLeft < 0 && { isCut: true }) }),
  };
}

function requestOf({ n: _n, callId: _callId, ...request }: HostCall) {
  return request;
}

/** A request's credentials stand in its headers, and a response may set some. */
function withoutCredentials(recorded: RecordedCall): RecordedCall {
  if (recorded.call !== 'http.send') return recorded;
  const headers = hide(recorded.args.headers, (name) => !PLAIN_HEADERS.has(name));
  const { answer } = recorded;
  const args = { ...recorded.args, headers };
  if (!answer.ok) return { ...recorded, args };
  const response = answer.value as { headers: unknown };
  const value = { ...response, headers: hide(response.headers, (name) => name === 'set-cookie') };
  return { ...recorded, args, answer: { ok: true, value } };
}

function hide(headers: unknown, isHidden: (name: string) => boolean): [string, string][] {
  return (headers as [string, string][]).map(([name, value]) => [name, isHidden(name.toLowerCase()) ? HIDDEN : value]);
}
