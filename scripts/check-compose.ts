// docker-compose.yml against the schema of the Compose Specification; another file may be given.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileSchema, type Fault } from '@jobico/contract';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');

/** What is wrong with a compose file. */
function composeFaults(file: string): Fault[] {
  const validate = compileSchema(readFileSync(join(root, 'test/support/compose-spec.schema.json'), 'utf8'));
  return validate(parse(readFileSync(file, 'utf8'), { merge: true }));
}

const file = process.argv[2] ?? join(root, 'docker-compose.yml');
const faults = composeFaults(file);
for (const { path, message, value } of faults)
  console.error(`${file} ${path}: ${message}${value ? ` (${value})` : ''}`);
process.exitCode = faults.length > 0 ? 1 : 0;
