import { encodeHash, encodePath, encodeSearch, isSpecial, parseUrl, type UrlParts } from './url-parse.ts';
import { GuestURLSearchParams } from './url-search-params.ts';

/** The web's `URL`, for an engine without one; see `parseUrl` for what it leaves out. */
export class GuestURL {
  #parts: UrlParts;
  readonly searchParams: GuestURLSearchParams;

  constructor(url: string | GuestURL, base?: string | GuestURL) {
    this.#parts = parseUrl(String(url), base === undefined ? undefined : parseUrl(String(base)));
    this.searchParams = new GuestURLSearchParams(this.#parts.search, () => {
      const query = this.searchParams.toString();
      this.#parts.search = query === '' ? '' : `?${query}`;
    });
  }

  static canParse(url: string | GuestURL, base?: string | GuestURL): boolean {
    return GuestURL.parse(url, base) !== null;
  }

  static parse(url: string | GuestURL, base?: string | GuestURL): GuestURL | null {
    try {
      return new GuestURL(url, base);
    } catch {
      return null;
    }
  }

  get href(): string {
    const { protocol, hostname, pathname, search, hash } = this.#parts;
    return `${protocol}${hostname === undefined ? '' : `//${this.#userinfo()}${this.host}`}${pathname}${search}${hash}`;
  }

  set href(url: string) {
    this.#parts = parseUrl(url);
    this.searchParams.reset(this.#parts.search);
  }

  get origin(): string {
    return isSpecial(this.protocol) ? `${this.protocol}//${this.host}` : 'null';
  }

  get protocol(): string {
    return this.#parts.protocol;
  }

  get username(): string {
    return this.#parts.username;
  }

  get password(): string {
    return this.#parts.password;
  }

  get host(): string {
    return this.port === '' ? this.hostname : `${this.hostname}:${this.port}`;
  }

  get hostname(): string {
    return this.#parts.hostname ?? '';
  }

  get port(): string {
    return this.#parts.port;
  }

  get pathname(): string {
    return this.#parts.pathname;
  }

  set pathname(path: string) {
    this.#parts.pathname = encodePath(isSpecial(this.protocol) ? path.replaceAll('\\', '/') : path);
  }

  get search(): string {
    return this.#parts.search === '?' ? '' : this.#parts.search;
  }

  set search(query: string) {
    this.#parts.search = encodeSearch(withMark('?', query), this.protocol);
    this.searchParams.reset(this.#parts.search);
  }

  get hash(): string {
    return this.#parts.hash === '#' ? '' : this.#parts.hash;
  }

  set hash(fragment: string) {
    this.#parts.hash = encodeHash(withMark('#', fragment));
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }

  #userinfo(): string {
    if (this.username === '' && this.password === '') return '';
    return `${this.username}${this.password === '' ? '' : `:${this.password}`}@`;
  }
}

const withMark = (mark: string, text: string): string => (text === '' || text.startsWith(mark) ? text : mark + text);
