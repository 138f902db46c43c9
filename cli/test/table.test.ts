import { expect, test } from 'vitest';
import { displayWidth, table } from '../src/output/table.ts';

const columns = [
  { header: 'ID', value: (row: Row) => row.id },
  { header: 'TEXT', value: (row: Row) => row.text, shrinks: 'first' as const },
  { header: 'N', value: (row: Row) => row.n, align: 'right' as const },
];
interface Row {
  id: string;
  text: string;
  n?: number;
}

test('columns are as wide as what is in them', () => {
  expect(
    table(
      [
        { id: 'a', text: 'x', n: 10 },
        { id: 'bcd', text: 'yy' },
      ],
      columns,
      80,
    ),
  ).toBe(['ID   TEXT   N', 'a    x     10', 'bcd  yy'].join('\n'));
});

test('what is too wide ends in an ellipsis, in the flexible column first', () => {
  const lines = table([{ id: 'an-id-of-some-length', text: 'x'.repeat(200), n: 1 }], columns, 60).split('\n');
  expect(lines.map(displayWidth)).toEqual([60, 60]);
  expect(lines[1]).toMatch(/^an-id-of-some-length {2}x+… {2}1$/);
});

test('a table that cannot fit otherwise shortens every column', () => {
  const [, line = ''] = table([{ id: 'i'.repeat(40), text: 'x'.repeat(40) }], columns, 30).split('\n');
  expect(displayWidth(line)).toBeLessThanOrEqual(30);
});

test('an id stays whole, and an extra column is left out where there is no room for it', () => {
  const withId = [
    { header: 'ID', value: (row: Row) => row.id, shrinks: 'never' as const },
    { header: 'TEXT', value: (row: Row) => row.text, shrinks: 'first' as const },
    { header: 'EXTRA', value: (row: Row) => row.text, shrinks: 'first' as const, isExtra: true },
  ];
  const row = { id: 'i'.repeat(36), text: 'a-longer-text-than-fits' };
  const narrow = table([row], withId, 60);
  expect(narrow).not.toContain('EXTRA');
  expect(narrow).toContain(row.id);
  expect(table([row], withId, 100)).toContain('EXTRA');
});

test('a cell is one line, whatever stands in it', () => {
  expect(table([{ id: 'a', text: 'x\n\u001b[2Jforged  row' }], columns, 80).split('\n')).toHaveLength(2);
});

test('wide characters count twice, joined ones once', () => {
  expect(displayWidth('注文')).toBe(4);
  expect(displayWidth('e\u0301')).toBe(1);
  expect(displayWidth('👩‍👩‍👧')).toBe(2);
});
