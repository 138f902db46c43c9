// Counts in a bucket, by compare and set.
import { get, set } from 'jobico:job/kv@0.1.0';

const decode = (bytes) => String.fromCharCode(...new Uint8Array(bytes));
const encode = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

export const handler = {
  handle(event) {
    const { bucket, key } = JSON.parse(event.data);
    const entry = get(bucket, key);
    const count = entry === null ? 1 : Number(decode(entry.value)) + 1;
    const when = entry === null ? { tag: 'if-absent' } : { tag: 'if-revision', val: entry.revision };
    const revision = set(bucket, key, encode(String(count)), when);
    return JSON.stringify({ count, revision });
  },
};
