/** What the language has and its typings lack: a number that is written as it was read. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/**
 * Reads JSON so that `JSON.stringify` writes every number with the digits it came with: one that a double cannot hold
 * (an integer beyond 2^53, `1.10`) is kept as text. The values are for passing on, not for reading. Throws SyntaxError.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, keepDigits);
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value;
}
