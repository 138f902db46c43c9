import { Buffer } from 'node:buffer';

/** Deeper nesting parses here and overflows the stack of whoever writes it again. */
const MAX_DEPTH = 256;

/** Why a text cannot be a job's result, or undefined. Sandbox and supervisor ask the same. */
export function resultProblem(text: string, maxBytes: number): string | undefined {
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    return `the result is too large: more than ${maxBytes} bytes`;
  }
  if (!text.isWellFormed()) return 'the result is not Unicode';
  if (isTooDeep(text)) return `the result is nested more than ${MAX_DEPTH} deep`;
  try {
    JSON.parse(text);
  } catch {
    return 'the result is not JSON';
  }
  return undefined;
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) depth += 1;
    else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}
