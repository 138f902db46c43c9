import process from 'node:process';

function words(text: string): ReadonlySet<PropertyKey> {
  return new Set(text.trim().split(/\s+/));
}

/** What ECMAScript itself has, and what jco's code needs of the platform. Everything else of the global scope goes. */
const KEPT_GLOBALS = words(`
  globalThis Infinity NaN undefined isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI
  encodeURIComponent Object Function Boolean Symbol Number BigInt Math Date String RegExp JSON Array Map Set
  WeakMap WeakSet WeakRef FinalizationRegistry Iterator Promise Proxy Error AggregateError EvalError RangeError
  ReferenceError SyntaxError TypeError URIError SuppressedError DisposableStack AsyncDisposableStack Reflect Intl
  ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array
  BigInt64Array BigUint64Array Float16Array Float32Array Float64Array WebAssembly TextEncoder TextDecoder
`);

/** What Node itself still uses of `process`; nothing of it reaches outside. */
const KEPT_OF_PROCESS = words(`
  version versions arch platform release argv argv0 execArgv env pid exitCode features nextTick _tickCallback
  emitWarning hrtime reallyExit _exiting domain _events _eventsCount _maxListeners _rawDebug config title
  memoryUsage
`);

/**
 * Takes away, before any generated code is compiled, every name by which JavaScript could reach the platform. The gate
 * lets no component through that makes jco write code of its own; should one pass all the same, it finds an empty
 * room. Node's permission model alone is not enough: under it `process.kill` works, and `node:sqlite` writes files.
 */
export function scrub(): void {
  for (const name of Reflect.ownKeys(globalThis)) {
    if (!KEPT_GLOBALS.has(name)) Reflect.deleteProperty(globalThis, name);
  }
  for (const name of Reflect.ownKeys(process)) {
    if (!KEPT_OF_PROCESS.has(name)) Reflect.deleteProperty(process, name);
  }
  // A getter on a prototype would be called by Node with its own objects as `this`.
  for (const prototype of [Object.prototype, Function.prototype, Array.prototype, Error]) {
    Object.preventExtensions(prototype);
  }
}
