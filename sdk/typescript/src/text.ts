// Base64 is the engine's one fast way between its strings and bytes; a loop over characters takes a hundred times longer.
interface Base64Bytes {
  toBase64(): string;
}
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  (Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> }).fromBase64(text);

/** UTF-8 of a string; half a surrogate pair becomes U+FFFD. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return fromBase64(btoa(unescape(encodeURIComponent(text.toWellFormed()))));
}

/** The string that UTF-8 bytes spell; each piece that is not UTF-8 becomes U+FFFD. */
export function toText(bytes: Uint8Array): string {
  const octets = atob((bytes as unknown as Base64Bytes).toBase64());
  try {
    return decodeURIComponent(escape(octets));
  } catch {
    // Rare, so it may be slow: what a valid piece spells, and one mark for the longest beginning of a piece.
    return octets.replace(PIECE, (_, valid?: string) => (valid ? decodeURIComponent(escape(valid)) : '\uFFFD'));
  }
}

const PIECE =
  /((?:[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2})+)|\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]?|[^]/g;
