import { expect, test } from 'vitest';
import { readRedrive, redriveHeader } from '../src/dead-letters/redrive-header.ts';

const execution = '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f';

test.each([
  { deadLetter: '12', execution, count: 3 },
  { deadLetter: '12', count: 1 },
])('%j is read as it was written', (redriveOf) => {
  expect(readRedrive(redriveHeader(redriveOf))).toEqual(redriveOf);
});

test.each([
  undefined,
  '',
  'letter=0; count=1',
  `letter=1; execution=x; count=1`,
  'letter=1; count=1; more',
  'letter=1',
])('a header %j that a producer made up says nothing', (header) => {
  expect(readRedrive(header)).toBeUndefined();
});
