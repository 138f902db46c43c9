import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { expect, test } from 'vitest';
import { importsOf } from '../../src/componentize/component-imports.ts';

test('names every import of a component, of whatever sort', async () => {
  const component = await parse(`(component
    (import "jobico:job/log@0.1.0" (instance (export "write" (func (param "message" string)))))
    (import "a-function" (func (param "n" u32)))
    (import "a-type" (type (sub resource)))
    (type $record (record (field "x" u8)))
    (import "a-record" (type (eq $record)))
    (import "a-module" (core module))
    (import "wasi:cli/stdout@0.2.3" (instance))
  )`);
  expect(importsOf(component)).toEqual([
    'jobico:job/log@0.1.0',
    'a-function',
    'a-type',
    'a-record',
    'a-module',
    'wasi:cli/stdout@0.2.3',
  ]);
});

test('a core module and other bytes are no component', async () => {
  expect(() => importsOf(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))).toThrow(RangeError);
  expect(() => importsOf(new Uint8Array())).toThrow(RangeError);
});

test('a component that ends in the middle is refused', async () => {
  const component = await parse('(component (import "a-function" (func)))');
  expect(() => importsOf(component.subarray(0, -4))).toThrow(RangeError);
});
