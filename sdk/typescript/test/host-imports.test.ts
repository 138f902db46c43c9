import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateGuestTypes } from '@bytecodealliance/jco-transpile';
import { expect, test } from 'vitest';

/** Declarations without comments, and with one way of writing them. */
function normalise(text: string): string {
  return text
    .replace(/\/\*\*[^]*?\*\/|^\/\/.*$/gm, '')
    .replace(/[,;](?=\s)/g, ';')
    .replace(/\s+/g, ' ')
    .trim();
}

test('the declared host interfaces are those of wit/job.wit', async () => {
  const files = await generateGuestTypes(join(import.meta.dirname, '../../../wit'), { worldName: 'job' });
  const interfaces = Object.entries(files).filter(([name]) => /-(config|http|kv|log|outbox)\.d\.ts$/.test(name));
  const generated = interfaces.map(([, bytes]) => new TextDecoder().decode(bytes)).join('\n');
  // The engine gives and takes null for an absent option.
  const expected = generated.replaceAll('| undefined', '| null').replace(/\?: ([^,]+),/g, '?: $1 | null,');
  const declared = await readFile(join(import.meta.dirname, '../src/host/imports.d.ts'), 'utf8');
  expect(normalise(declared)).toBe(normalise(expected));
});
