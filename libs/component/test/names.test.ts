import { describe, expect, it } from 'vitest';

import { isSafeName, quoteName } from '../src/gate/names.ts';

describe('names of core imports and exports', () => {
  it.each([
    'cabi_realloc',
    'jobico:job/handler@0.1.0#handle',
    'cm32p2|wasi:io/streams@0.2|[method]output-stream.write_post',
    'componentize_qjs_runtime.wasm:memory_base',
    '$imports',
    '',
    '0',
    'operator<(a, b)',
  ])('may be %j, as toolchains write them', (name) => {
    expect(isSafeName(name)).toBe(true);
  });

  it.each([
    "'",
    '"',
    '`',
    '${x}`',
    '\\',
    '\n',
    '\r',
    '\u2028',
    '\u2029',
    '\0',
    '*/',
    '{',
    ';',
    'é',
    '__proto__',
    '__defineGetter__',
    'x'.repeat(5000),
  ])('may not be %j, which could end a literal or mean something', (name) => {
    expect(isSafeName(name)).toBe(false);
  });

  it('are shown cut and quoted', () => {
    expect(quoteName(`"${'x'.repeat(100)}`)).toBe(`"\\"${'x'.repeat(79)}…"`);
  });
});
