/** The bytes of an unsigned number, as WebAssembly's format has it. */
export function leb128(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb128(value >>> 7)];
}
