const BEGIN = Buffer.from('{"stream":"');
const THEN = Buffer.from('","seq":');
const QUOTE = 34;
const DIGIT_1 = 49;
const DIGIT_9 = 57;

/**
 * Whether JetStream's answer is the usual `{"stream":"…","seq":N…`, which says that a message is stored; looked at byte by
 * byte, as there is one for every event. What it does not say is left to be read.
 */
export function isStored(answer: Uint8Array): boolean {
  if (!holds(answer, BEGIN, 0)) return false;
  const end = answer.indexOf(QUOTE, BEGIN.length);
  const digit = answer[end + THEN.length] ?? 0;
  return end > BEGIN.length && holds(answer, THEN, end) && digit >= DIGIT_1 && digit <= DIGIT_9;
}

const TRUE_END = Buffer.from('true}');

/** Whether an answer that {@link isStored} ends with `"duplicate": true}`: the message was taken for one that was stored before. */
export function isDuplicate(answer: Uint8Array): boolean {
  return holds(answer, TRUE_END, answer.length - TRUE_END.length);
}

function holds(bytes: Uint8Array, part: Uint8Array, from: number): boolean {
  for (let at = 0; at < part.length; at += 1) if (bytes[from + at] !== part[at]) return false;
  return true;
}
