// Writes the pages of docs/reference/ that are made from code; a test says when they are not up to date.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REFERENCE_PAGES } from './reference/pages.ts';

for (const [file, make] of Object.entries(REFERENCE_PAGES)) {
  writeFileSync(join(import.meta.dirname, '..', 'docs', 'reference', file), make());
}
