import type { Capabilities } from '../context.ts';

/** Something of the SDK that becomes part of a component if the job's code has its word. */
export interface GuestPart {
  word: string;
  /** File in the SDK, without its extension, and the name of its export. */
  file: string;
  name: string;
  /** The global that it is, or the part of the job's context that it makes. */
  as: { global: string } | { capability: keyof Capabilities };
}

const capability = (word: string, name: keyof Capabilities): GuestPart => ({
  word,
  file: word,
  name,
  as: { capability: name },
});

const global = (path: string, file: string, name: string, word = path.replace(/^.*\./, '')): GuestPart => ({
  word,
  file: `guest/${file}`,
  name,
  as: { global: path },
});

export const EVERY_PART: readonly GuestPart[] = [
  capability('kv', 'createKv'),
  capability('http', 'createHttp'),
  // The engine has these two, but in a synchronous component nothing runs what they enqueue.
  global('Promise', 'promise', 'GuestPromise'),
  global('queueMicrotask', 'microtasks', 'enqueue'),
  // The engine's own clock stops a component without WASI, and its random numbers are the same in every instance.
  global('Date', 'clock', 'GuestDate'),
  global('Date.prototype.constructor', 'clock', 'GuestDate', 'Date'),
  global('performance', 'clock', 'guestPerformance'),
  global('Math.random', 'random', 'guestRandom'),
  // The engine lacks these.
  global('TextEncoder', 'text-encoding', 'GuestTextEncoder'),
  global('TextDecoder', 'text-encoding', 'GuestTextDecoder'),
  global('URL', 'url', 'GuestURL'),
  global('URLSearchParams', 'url-search-params', 'GuestURLSearchParams'),
  global('console', 'console', 'guestConsole'),
];

/** The parts whose words a job's bundled code has; one too many does no harm. */
export function partsIn(code: string): GuestPart[] {
  return EVERY_PART.filter(({ word }) => new RegExp(`\\b${word}\\b`).test(code));
}
