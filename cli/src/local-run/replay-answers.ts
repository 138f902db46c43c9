import { recordedAnswer, recordedArgs, type HostAnswer, type HostRequest } from '@jobico/component';
import type { RecordedCall } from '@jobico/contract';

/** How a call of a replay was answered. */
export type Match =
  /** The execution had asked the same. */
  | 'same'
  /** It had asked for the same thing with another value: it is answered as that was. */
  | 'changed'
  /** It had asked for no such thing: nothing is known to answer. */
  | 'new';

export interface ReplayAnswers {
  answer(call: HostRequest): { answer: HostAnswer; match: Match };
  /** Recorded calls that nobody has asked again. */
  unasked(): readonly RecordedCall[];
}

/** Answers calls with what was recorded of an execution, each record once, in its order. */
export function createReplayAnswers(recorded: readonly RecordedCall[]): ReplayAnswers {
  const left = [...recorded];
  const take = (fits: (call: RecordedCall) => boolean): RecordedCall | undefined => {
    const index = left.findIndex(fits);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  return {
    answer(call) {
      const asked = { call: call.kind, args: recordedArgs(call) };
      const same = take((each) => wholeOf(each) === wholeOf(asked));
      if (same) return { answer: recordedAnswer(same), match: 'same' };
      const changed = take((each) => placeOf(each) === placeOf(asked));
      if (changed) return { answer: recordedAnswer(changed), match: 'changed' };
      return { answer: unknown(call), match: 'new' };
    },
    unasked: () => left,
  };
}

type Asked = Pick<RecordedCall, 'call' | 'args'>;

/** Values of headers may be hidden in a record: they are no part of what was asked. */
function wholeOf({ call, args }: Asked): string {
  const { headers: _headers, timeoutMs: _timeoutMs, ...rest } = args;
  return JSON.stringify([call, Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

function placeOf({ call, args }: Asked): string {
  const { bucket, key, prefix, method, url, event } = args;
  return JSON.stringify(call === 'outbox.emit' ? [call, event] : [call, bucket, key, prefix, method, url]);
}

function unknown({ kind }: HostRequest): HostAnswer {
  const val = 'the recorded execution had asked nothing like it';
  // What a job raises or stores changes nothing here: it can go on.
  if (kind === 'outbox.emit' || kind === 'kv.delete') return { ok: true };
  if (kind === 'kv.set') return { ok: true, value: 'replayed' };
  return { ok: false, error: { tag: kind === 'http.send' ? 'failed' : 'unavailable', val } };
}
