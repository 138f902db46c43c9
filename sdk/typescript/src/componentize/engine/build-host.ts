import { posix } from 'node:path';
import type { Memory } from './web-assembly.ts';

/** What the engine is given while a job's modules are evaluated. */
export interface BuildWorld {
  /** ES modules by absolute path, with slashes. */
  modules: ReadonlyMap<string, string>;
  /** What the clock stands at, seconds since 1970. */
  epochSeconds: number;
  /** Told what the engine writes to its standard output and error. */
  onOutput: (text: string) => void;
}

/** A job called the host outside of its function: there is none yet. */
export class HostCalled extends Error {
  override readonly name = 'HostCalled';
}

/** The memory of the engine, and how to get more of it, as they are when a function is called. */
export interface Lent {
  memory(): Memory;
  realloc(length: number): number;
}

export type CoreFunction = (...args: (number | bigint)[]) => number | bigint | void;

type Answer = (args: readonly number[], lent: Lent, world: BuildWorld) => number | bigint | void;

/**
 * What a component may ask for while it is built, by `<interface>#<function>` without the interface's version, in the form
 * that core modules call it. Clock and random numbers stand still, so that the same source makes the same bytes: what
 * differs between executions, such as `Math.random`, must come from their events.
 */
const ANSWERS: Readonly<Record<string, Answer>> = {
  'local:init/module-loader#resolve': (
    [from = 0, fromLength = 0, to = 0, toLength = 0, answer = 0],
    lent,
    { modules },
  ) => {
    const path = posix.join(posix.dirname(read(lent, from, fromLength)), read(lent, to, toLength));
    writeResult(lent, answer, modules.has(path), modules.has(path) ? path : `${path} is not there`);
  },
  'local:init/module-loader#load': ([path = 0, length = 0, answer = 0], lent, { modules }) => {
    const code = modules.get(read(lent, path, length));
    writeResult(lent, answer, code !== undefined, code ?? 'it is not there');
  },
  // Of hash tables, which keep what they are asked to keep whatever it is.
  'wasi:random/insecure-seed#insecure-seed': ([answer = 0], lent) => {
    view(lent).setBigUint64(answer, 1n, true);
    view(lent).setBigUint64(answer + 8, 2n, true);
  },
  'wasi:clocks/wall-clock#now': ([answer = 0], lent, { epochSeconds }) => {
    view(lent).setBigUint64(answer, BigInt(epochSeconds), true);
    view(lent).setUint32(answer + 8, 0, true);
  },
  'wasi:clocks/monotonic-clock#now': () => 0n,
  'wasi:cli/environment#get-environment': writeNothing,
  'wasi:filesystem/preopens#get-directories': writeNothing,
  'wasi:cli/terminal-stdin#get-terminal-stdin': writeZero,
  'wasi:cli/terminal-stdout#get-terminal-stdout': writeZero,
  'wasi:cli/terminal-stderr#get-terminal-stderr': writeZero,
  'wasi:cli/stdin#get-stdin': () => 0,
  'wasi:cli/stdout#get-stdout': () => 1,
  'wasi:cli/stderr#get-stderr': () => 2,
  'wasi:io/streams#[method]output-stream.check-write': ([, answer = 0], lent) => {
    view(lent).setUint8(answer, 0);
    view(lent).setBigUint64(answer + 8, 4096n, true);
  },
  'wasi:io/streams#[method]output-stream.write': write,
  'wasi:io/streams#[method]output-stream.blocking-write-and-flush': write,
  'wasi:io/streams#[method]output-stream.blocking-flush': ([, answer = 0], lent) => view(lent).setUint8(answer, 0),
  '#[resource-drop]': () => undefined,
};

/** The host's function of that name, for the core modules of a component that is built. */
export function buildHostFunction(name: string, lent: Lent, world: BuildWorld): CoreFunction {
  const plain = name.replace(/@[^#]*/, '');
  const answer = ANSWERS[plain];
  if (answer !== undefined) return (...args) => answer(args.map(Number), lent, world);
  return () => {
    if (plain.startsWith('jobico:job/')) throw new HostCalled(plain);
    throw new Error(`the engine called ${plain} while it was built`);
  };
}

const view = (lent: Lent): DataView => new DataView(lent.memory().buffer);

function read(lent: Lent, at: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(lent.memory().buffer, at, length));
}

/** Puts a text into the engine's memory; answers where it is, and how long. */
export function lend(lent: Lent, text: string): [at: number, length: number] {
  const bytes = new TextEncoder().encode(text);
  const at = bytes.length === 0 ? 1 : lent.realloc(bytes.length);
  new Uint8Array(lent.memory().buffer).set(bytes, at);
  return [at, bytes.length];
}

/** `result<string, string>` */
function writeResult(lent: Lent, answer: number, isOk: boolean, text: string): void {
  const [at, length] = lend(lent, text);
  view(lent).setUint8(answer, isOk ? 0 : 1);
  view(lent).setUint32(answer + 4, at, true);
  view(lent).setUint32(answer + 8, length, true);
}

/** An empty list. */
function writeNothing([answer = 0]: readonly number[], lent: Lent): void {
  view(lent).setUint32(answer, 0, true);
  view(lent).setUint32(answer + 4, 0, true);
}

/** `none` */
function writeZero([answer = 0]: readonly number[], lent: Lent): void {
  view(lent).setUint8(answer, 0);
}

function write([, at = 0, length = 0, answer = 0]: readonly number[], lent: Lent, { onOutput }: BuildWorld): void {
  onOutput(read(lent, at, length));
  view(lent).setUint8(answer, 0);
}
