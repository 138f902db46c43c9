/**
 * jco pastes the names of core imports and exports unescaped between quotes, so a name could end its literal and go
 * on as code. These characters cannot; what real toolchains write is all made of them.
 */
const SAFE_NAME = /^[\w$.:/@[\]#|<>()+=,*%!?&~^ -]*$/;

/** Names that mean something else to JavaScript than a key. */
const RESERVED = new Set(['__proto__', '__defineGetter__', '__defineSetter__', '__lookupGetter__', '__lookupSetter__']);

const MAX_NAME_LENGTH = 4096;

export function isSafeName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && SAFE_NAME.test(name) && !name.includes('*/') && !RESERVED.has(name);
}

/** A hostile name as it may be shown. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
