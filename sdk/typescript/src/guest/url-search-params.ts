import { toText } from '../text.ts';

type Init = string | Iterable<readonly [string, unknown]> | Record<string, unknown>;

/** The web's `URLSearchParams`, for an engine without one. */
export class GuestURLSearchParams {
  #pairs: [string, string][];
  readonly #changed: (() => void) | undefined;

  /** `changed` is called after every change: a URL's own parameters write themselves into it. */
  constructor(init: Init = '', changed?: () => void) {
    this.#pairs = toPairs(init);
    this.#changed = changed;
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: string, value: string): void {
    this.#set([...this.#pairs, [name, value]]);
  }

  delete(name: string, value?: string): void {
    this.#set(this.#pairs.filter(([n, v]) => n !== name || (value !== undefined && v !== value)));
  }

  get(name: string): string | null {
    return this.#pairs.find(([n]) => n === name)?.[1] ?? null;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(([n]) => n === name).map(([, value]) => value);
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some(([n, v]) => n === name && (value === undefined || v === value));
  }

  set(name: string, value: string): void {
    const first = this.#pairs.findIndex(([n]) => n === name);
    if (first === -1) return this.append(name, value);
    const others = this.#pairs.filter(([n], i) => n !== name || i === first);
    this.#set(others.map((pair, i) => (i === first ? [name, value] : pair)));
  }

  sort(): void {
    this.#set(this.#pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }

  forEach(callback: (value: string, name: string, params: GuestURLSearchParams) => void): void {
    for (const [name, value] of this.#pairs) callback(value, name, this);
  }

  entries(): IterableIterator<[string, string]> {
    return this.#pairs.map(([name, value]): [string, string] => [name, value]).values();
  }

  keys(): IterableIterator<string> {
    return this.#pairs.map(([name]) => name).values();
  }

  values(): IterableIterator<string> {
    return this.#pairs.map(([, value]) => value).values();
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map((pair) => pair.map(encode).join('=')).join('&');
  }

  /** Takes over another query without telling: the URL that owns these parameters has changed. */
  reset(query: string): void {
    this.#pairs = toPairs(query);
  }

  #set(pairs: [string, string][]): void {
    this.#pairs = pairs;
    this.#changed?.();
  }
}

function toPairs(init: Init): [string, string][] {
  if (typeof init === 'string') return parse(init.startsWith('?') ? init.slice(1) : init);
  const pairs = Symbol.iterator in init ? [...(init as Iterable<readonly [string, unknown]>)] : Object.entries(init);
  return pairs.map(([name, value]) => [name, String(value)]);
}

function parse(query: string): [string, string][] {
  const pairs = query.split('&').filter((part) => part !== '');
  return pairs.map((pair) => {
    const at = pair.indexOf('=');
    return at === -1 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
  });
}

/** Percent-decoding that takes anything: what is no UTF-8 becomes U+FFFD, a lone `%` stays. */
function decode(text: string): string {
  return text.replaceAll('+', ' ').replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const octets = run.slice(1).split('%');
    return toText(Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16)));
  });
}

/** `application/x-www-form-urlencoded`. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
