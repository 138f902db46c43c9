import { componentWit, parse } from '@bytecodealliance/jco-transpile/wasm-tools';

import { canonicalName } from './contract.ts';
import type { Contract } from './contract.ts';
import { leb128 } from './leb128.ts';

/**
 * Does a component's type fit the contract's? The answer is wasm-tools' own: the component is embedded, unchanged, in
 * a small wrapper that instantiates it with exactly the contract's imports and exports its handler with the contract's
 * type. The wrapper is valid if and only if the component's type is a subtype of the contract. jco checks neither.
 *
 * Imports must be names of the contract. Returns the first mismatch.
 */
export async function typeMismatch(
  bytes: Uint8Array,
  imports: readonly string[],
  contract: Contract,
): Promise<string | undefined> {
  const wrapper = await parse(wrapperText(imports, contract));
  try {
    await componentWit(embed(bytes, wrapper));
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.constructor.name === 'ComponentError') return explain(error.message, contract);
    // A trap: some hostile bytes make wasm-tools panic.
    return `it cannot be read: ${String(error).slice(0, 500)}`;
  }
}

function wrapperText(imports: readonly string[], contract: Contract): string {
  const args = imports.map((name) => `(with "${name}" (instance ${contract.imports.get(canonicalName(name))}))`);
  const exports = contract.exports.map(
    ({ name, type }, index) =>
      `(alias export $job "${name}" (instance $x${index})) ` +
      `(export "${name}" (instance $x${index}) (instance (type ${type})))`,
  );
  return `(component (component)\n${contract.wat} (instance $job (instantiate 0 ${args.join(' ')})) ${exports.join(' ')})`;
}

const PLACEHOLDER_START = 8;
const PLACEHOLDER_END = 18;

/** The wrapper starts with its header and the placeholder `(component)`, section 4 of 8 bytes; the real one takes its place. */
function embed(component: Uint8Array, wrapper: Uint8Array): Uint8Array {
  if (wrapper[PLACEHOLDER_START] !== 4 || wrapper[PLACEHOLDER_START + 1] !== 8) {
    throw new Error('the wrapper does not start with the placeholder');
  }
  return Buffer.concat([
    wrapper.subarray(0, PLACEHOLDER_START),
    Uint8Array.of(4, ...leb128(component.length)),
    component,
    wrapper.subarray(PLACEHOLDER_END),
  ]);
}

/** wasm-tools' chain of causes as one line. What it calls expected and found depends on the direction. */
function explain(message: string, contract: Contract): string {
  const exported = contract.exports.map(({ name }) => name).join(', ');
  return message
    .replace(/^Failed to decode wit component\s*/, '')
    .replace(/ \(at offset 0x[0-9a-f]+\)\s*$/, '')
    .replaceAll('\n', ': ')
    .replace(
      /^type mismatch for import `([^`]+)`/,
      'it imports $1 with other types than the contract\'s ("expected" is the component, "found" the contract)',
    )
    .replace(
      /^ascribed type of export is not compatible with item's type/,
      `it exports ${exported} with other types than the contract's ("expected" is the contract, "found" the component)`,
    )
    .slice(0, 1000);
}
