import { Type, type Static } from 'typebox';

/** Bytes where JSON has none: as text, if they are UTF-8, else in base64. */
export const RecordedBytes = Type.Union([Type.Object({ text: Type.String() }), Type.Object({ base64: Type.String() })]);
export type RecordedBytes = Static<typeof RecordedBytes>;

export const RECORDED_CALL_KINDS = ['kv.get', 'kv.set', 'kv.delete', 'kv.keys', 'http.send', 'outbox.emit'] as const;

/** One thing that a job asked of the host, and what it was answered: what a replay answers again. */
export const RecordedCall = Type.Object(
  {
    call: Type.Enum([...RECORDED_CALL_KINDS]),
    args: Type.Record(Type.String(), Type.Unknown(), { description: 'As in wit/job.wit; bytes as text or base64.' }),
    answer: Type.Union([
      Type.Object({ ok: Type.Literal(true), value: Type.Optional(Type.Unknown()) }),
      Type.Object({
        ok: Type.Literal(false),
        error: Type.Object({ tag: Type.String(), val: Type.Optional(Type.String()) }),
      }),
    ]),
  },
  { title: 'Recorded call' },
);
export type RecordedCall = Static<typeof RecordedCall>;
