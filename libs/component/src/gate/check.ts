import { webAssembly } from '../sandbox/web-assembly.ts';
import { canonicalName } from './contract.ts';
import type { Contract } from './contract.ts';
import type { GateLimits } from './limits.ts';
import { isSafeName, quoteName } from './names.ts';
import { Malformed } from './reader.ts';
import { readStructure } from './structure.ts';
import type { Structure } from './structure.ts';
import { typeMismatch } from './type-mismatch.ts';

/** What the gate found. Without problems, the component fits the contract. */
export interface Verdict {
  readonly problems: string[];
  readonly structure: Structure | undefined;
}

const MAX_PROBLEMS = 30;

/** Checks a component against the contract and the limits; nothing of it is translated or run. */
export async function checkComponent(bytes: Uint8Array, contract: Contract, limits: GateLimits): Promise<Verdict> {
  let structure: Structure;
  try {
    structure = readStructure(bytes);
  } catch (error) {
    if (error instanceof Malformed) return { problems: [error.message], structure: undefined };
    throw error;
  }
  const problems: string[] = [];
  for (const problem of allProblems(structure, contract, limits)) {
    problems.push(visible(problem));
    if (problems.length === MAX_PROBLEMS) break;
  }
  const mismatch = problems.length === 0 ? await typeMismatch(bytes, structure.imports, contract) : undefined;
  if (mismatch !== undefined) problems.push(visible(mismatch));
  return { problems, structure };
}

function* allProblems(structure: Structure, contract: Contract, limits: GateLimits): Generator<string> {
  yield* interfaceProblems(structure, contract, limits);
  yield* nameProblems(structure);
  yield* sizeProblems(structure, limits);
  yield* codeProblems(structure);
}

/** Control and format characters of a hostile name as escapes. */
function visible(problem: string): string {
  return problem.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

function* interfaceProblems(structure: Structure, contract: Contract, limits: GateLimits): Generator<string> {
  const { imports, exports } = structure;
  if (imports.length > limits.maxImports) yield `it has ${imports.length} imports, more than ${limits.maxImports}`;
  for (const name of imports) {
    if (!contract.imports.has(canonicalName(name))) yield foreignImport(name);
  }
  for (const { name } of contract.exports) {
    if (!exports.includes(name)) yield `it does not export ${name}`;
  }
}

function foreignImport(name: string): string {
  const shown = quoteName(name);
  if (/^wasi:(http|sockets)\//.test(name)) {
    return `it imports ${shown}: jobs have no network of their own; use jobico:job/http, which the package grants`;
  }
  if (name.startsWith('wasi:')) return `it imports ${shown}, which is not in the part of WASI 0.2 that jobs may use`;
  return `it imports ${shown}, which is not part of the world jobico:job/job`;
}

function* nameProblems(structure: Structure): Generator<string> {
  const names = new Set(structure.names);
  for (const module of structure.modules) {
    for (const name of module.names) names.add(name);
  }
  for (const name of names) {
    if (!isSafeName(name)) yield `an import or export in it has the name ${quoteName(name)}, which is not allowed`;
  }
}

function* sizeProblems(structure: Structure, limits: GateLimits): Generator<string> {
  const { modules, instances, memories, memoryBytes, tableElements } = structure;
  if (Math.max(modules.length, instances) > limits.maxModules) {
    yield `it has ${modules.length} core modules and ${instances} instances of them, more than ${limits.maxModules}`;
  }
  if (memories > limits.maxMemories) yield `it has ${memories} memories, more than ${limits.maxMemories}`;
  if (memoryBytes > limits.maxMemoryBytes) {
    yield `it needs ${mebibytes(memoryBytes)} of memory to start, more than ${mebibytes(limits.maxMemoryBytes)}`;
  }
  if (tableElements > limits.maxTableElements) {
    yield `its tables start with ${tableElements} elements, more than ${limits.maxTableElements}`;
  }
  const declared = modules.flatMap((module) => [...module.memories, ...module.tables]);
  if (declared.some((limit) => limit.isShared)) yield 'a memory or table in it is shared between threads';
  if (declared.some((limit) => limit.is64Bit)) yield 'a memory or table in it is 64-bit';
  if (modules.some((module) => module.memories.length > 1)) yield 'a core module in it has more than one memory';
}

/** wasm-tools' `componentWit` does not look into function bodies. */
function* codeProblems(structure: Structure): Generator<string> {
  for (const [index, { bytes }] of structure.modules.entries()) {
    if (!webAssembly.validate(bytes)) yield `core module ${index} in it is not valid WebAssembly`;
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
