import { neutralise } from './neutralise.ts';
import { style } from './style.ts';

export interface Column<T> {
  header: string;
  /** May be untrusted: it is neutralised. */
  value: (row: T) => string | number | undefined;
  align?: 'right';
  /** `first`: gives way first when the table is too wide. `never`: stays whole, an id that is to be copied. */
  shrinks?: 'first' | 'never';
  /** Left out where the others would have no room beside it. */
  isExtra?: boolean;
}

const GAP = '  ';
const NARROWEST = 6;
/** What a column should have before another is shown beside it. */
const ROOMY = 12;
const COLUMNS_ELSEWHERE = 80;

/** A table that fits the terminal, or 80 columns where there is none: what does not fit ends in `…`. */
export function table<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  width = process.stdout.columns ?? COLUMNS_ELSEWHERE,
): string {
  const filled = columns.map((column) => fill(column, rows));
  const shown = fits(filled, width) ? filled : filled.filter(({ isExtra }) => !isExtra);
  const widths = fit(shown, width);
  const lineOf = (index: number) =>
    shown
      .map(({ cells, align }, i) => pad(shorten(cells[index] ?? '', widths[i] ?? 0), widths[i] ?? 0, align))
      .join(GAP)
      .trimEnd();
  const [header = '', ...lines] = Array.from({ length: rows.length + 1 }, (_, index) => lineOf(index));
  return [style('bold', header), ...lines].join('\n');
}

interface FilledColumn extends Omit<Column<never>, 'value'> {
  /** The header, then a text for each row. */
  cells: string[];
  width: number;
}

function fill<T>({ value, ...column }: Column<T>, rows: readonly T[]): FilledColumn {
  const cells = [column.header, ...rows.map((row) => neutralise(String(value(row) ?? '')))];
  return { ...column, cells, width: Math.max(...cells.map(displayWidth)) };
}

/** Whether there is room for every column once the flexible ones have given way. */
function fits(columns: readonly FilledColumn[], width: number): boolean {
  const least = columns.map((column) => (column.shrinks === 'first' ? Math.min(column.width, ROOMY) : column.width));
  return sum(least) <= room(columns, width);
}

function room(columns: readonly FilledColumn[], width: number): number {
  return width - GAP.length * (columns.length - 1);
}

/** Takes what is too much from the widest of the columns that give way first, again and again, then from the others. */
function fit(columns: readonly FilledColumn[], width: number): number[] {
  const fitted = columns.map((column) => column.width);
  for (const mayGive of [['first'], ['first', undefined]]) {
    for (let excess = sum(fitted) - room(columns, width); excess > 0; excess -= 1) {
      const widest = fitted.reduce((best, each, i) => {
        const isCandidate = mayGive.includes(columns[i]?.shrinks) && each > NARROWEST;
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
