import { neutralise } from './neutralise.ts';
import { style } from './style.ts';

export interface Column<T> {
  header: string;
  /** May be untrusted: it is neutralised. */
  value: (row: T) => string | number | undefined;
  align?: 'right';
  /** Gives way first when the table is too wide. */
  isFlexible?: boolean;
}

const GAP = '  ';
const NARROWEST = 6;
const COLUMNS_ELSEWHERE = 80;

/** A table that fits the terminal, or 80 columns where there is none: what does not fit ends in `…`. */
export function table<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  width = process.stdout.columns ?? COLUMNS_ELSEWHERE,
): string {
  const cells = rows.map((row) => columns.map(({ value }) => neutralise(String(value(row) ?? ''))));
  const headers = columns.map(({ header }) => header);
  const widths = fit(
    headers.map((header, i) => Math.max(...[header, ...cells.map((line) => line[i] ?? '')].map(displayWidth))),
    columns.map(({ isFlexible = false }) => isFlexible),
    width - GAP.length * (columns.length - 1),
  );
  const lineOf = (line: readonly string[]) =>
    line
      .map((text, i) => pad(shorten(text, widths[i] ?? 0), widths[i] ?? 0, columns[i]?.align))
      .join(GAP)
      .trimEnd();
  return [style('bold', lineOf(headers)), ...cells.map(lineOf)].join('\n');
}

/** Takes what is too much from the widest flexible column, again and again, then from the others. */
function fit(widths: number[], flexible: readonly boolean[], available: number): number[] {
  const fitted = [...widths];
  for (const mayGive of [(i: number) => flexible[i] === true, () => true]) {
    for (let excess = sum(fitted) - available; excess > 0; excess -= 1) {
      const widest = fitted.reduce((best, each, i) => {
        const isCandidate = mayGive(i) && each > NARROWEST;
        return isCandidate && (best < 0 || each > (fitted[best] ?? 0)) ? i : best;
      }, -1);
      if (widest < 0) break;
      fitted[widest] = (fitted[widest] ?? 0) - 1;
    }
  }
  return fitted;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;
const PLAIN = /^[\x20-\x7e]*$/;

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return sum(characters(text).map(characterWidth));
}

function characters(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

function characterWidth(character: string): number {
  return WIDE.test(character) ? 2 : 1;
}

function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const character of characters(text)) {
    used += characterWidth(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, align: 'right' | undefined): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? spaces + text : text + spaces;
}
