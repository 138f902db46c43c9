/**
 * Characters that a terminal obeys instead of showing, or that make text look like other text: C0 with the escape of
 * ANSI sequences, DEL, C1, line and paragraph separators, bidirectional marks and overrides, invisible tags, halves of
 * surrogate pairs.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** Untrusted text on one line, with what a terminal would obey made visible: `\n`, `\e[31m`, `\u202e`. */
export function neutralise(text: string): string {
  return text.replaceAll(UNSAFE, (character) => NAMED[character] ?? escaped(character));
}

/** Untrusted text with its own lines, each neutralised: for where nothing else stands beside it. */
export function neutraliseLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/).map((line) => neutralise(line.replaceAll('\t', '    ')));
}

/** JSON in which strings hold the same, and nothing that a terminal would obey. */
export function neutraliseJson(json: string): string {
  return json.replaceAll(UNSAFE, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()].map((i) => hex(character.charCodeAt(i))).join(''),
  );
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : hex(code);
}

function hex(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
