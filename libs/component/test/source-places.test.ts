import { expect, test } from 'vitest';

import { createSourcePlaces } from '../src/sandbox/inside/source-places.ts';

const bytesOf = (map: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(map));
/** Line 2, column 1 of the module is line 5, column 9 of the source; two columns on it is line 6, column 2. */
const MAP = { version: 3, file: 'job.js', sources: ['src/job.ts'], names: [], mappings: ';AAIQ,EACP' };
const rewrite = (text: string, map: unknown = MAP): string | undefined =>
  createSourcePlaces(bytesOf(map))?.rewrite(text);

test('a frame of the job names the line and column of its source, the nearest before it', () => {
  expect(rewrite('Error: x\n    at work (/job.js:2:1)\n    at /job.js:2:4')).toBe(
    'Error: x\n    at work (src/job.ts:5:9)\n    at src/job.ts:6:2',
  );
});

test('frames of other files, places that the map does not have, and text that is no frame stay', () => {
  const text = 'see /job.js:2:1\n    at other (/other.js:2:1)\n    at far (/job.js:900:1)';
  expect(rewrite(text)).toBe(text);
});

test.each([
  ['is not JSON', 'no'],
  ['has no mappings', { file: 'job.js', sources: [] }],
  ['has mappings that are none', { ...MAP, mappings: ';A~é' }],
  ['names a source that it does not have', { ...MAP, mappings: ';AEIQ' }],
])('a map that %s changes nothing', (_, map) => {
  const text = 'Error: x\n    at work (/job.js:2:1)';
  expect(rewrite(text, map)).toBe(text);
});

test('without a map there is nothing to rewrite', () => {
  expect(createSourcePlaces(new Uint8Array())).toBeUndefined();
});
