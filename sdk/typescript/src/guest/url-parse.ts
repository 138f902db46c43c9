/** What a URL is made of. */
export interface UrlParts {
  /** With its colon. */
  protocol: string;
  username: string;
  password: string;
  /** `undefined` where the URL has no authority, like `mailto:`. */
  hostname: string | undefined;
  port: string;
  pathname: string;
  /** With its question mark, or empty; the mark alone is an empty query. */
  search: string;
  /** With its hash sign, or empty; the sign alone is an empty fragment. */
  hash: string;
}

const DEFAULT_PORTS: Record<string, string> = {
  'http:': '80',
  'https:': '443',
  'ws:': '80',
  'wss:': '443',
  'ftp:': '21',
};

export const isSpecial = (protocol: string): boolean => protocol in DEFAULT_PORTS;

/**
 * Reads a URL as the WHATWG standard does, less what a job has no use for: it throws for `file:` URLs, IPv6 hosts, host
 * names that are not ASCII (write their `xn--` form) and shortened IPv4 addresses.
 */
export function parseUrl(input: string, base?: UrlParts): UrlParts {
  // oxlint-disable-next-line no-control-regex -- the standard trims controls and spaces
  const text = input.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '').replace(/[\t\n\r]/g, '');
  const [, scheme, rest = ''] = /^(?:([a-z][a-z0-9+.-]*):)?([^]*)$/i.exec(text) ?? [];
  const protocol = scheme === undefined ? base?.protocol : `${scheme.toLowerCase()}:`;
  if (protocol === undefined) throw invalid(input, 'it has no scheme and there is no base');
  if (protocol === 'file:') throw invalid(input, 'a job has no files');
  const [, location = '', search = '', hash = ''] = /^([^?#]*)(\?[^#]*)?(#[^]*)?$/.exec(rest) ?? [];
  const parts = locate(isSpecial(protocol) ? location.replaceAll('\\', '/') : location, protocol, scheme, base, input);
  const inheritsQuery = scheme === undefined && location === '' && search === '';
  return {
    ...parts,
    search: inheritsQuery ? (base?.search ?? '') : encodeSearch(search, protocol),
    hash: encodeHash(hash),
  };
}

type Located = Omit<UrlParts, 'search' | 'hash'>;

function locate(
  location: string,
  protocol: string,
  scheme: string | undefined,
  base: UrlParts | undefined,
  input: string,
): Located {
  // `https:path` with a base of the same scheme is relative, an old habit that the standard keeps.
  const isRelative =
    base !== undefined && (scheme === undefined || (base.protocol === protocol && isSpecial(protocol)));
  if (isRelative && !location.startsWith('//')) return resolve(location, base, input);
  const none = { protocol, username: '', password: '', port: '' };
  if (!isSpecial(protocol) && !location.startsWith('//')) {
    const pathname = location.startsWith('/') ? encodePath(location) : encode(location, CONTROLS);
    return { ...none, hostname: undefined, pathname };
  }
  const [, authority = '', path = ''] = /^\/*([^/]*)([^]*)$/.exec(location) ?? [];
  const pathname = path === '' && !isSpecial(protocol) ? '' : encodePath(path);
  return { protocol, ...parseAuthority(authority, protocol, input), pathname };
}

function resolve(location: string, base: UrlParts, input: string): Located {
  const { protocol, username, password, hostname, port } = base;
  const located = { protocol, username, password, hostname, port };
  if (location === '') return { ...located, pathname: base.pathname };
  if (!base.pathname.startsWith('/') && hostname === undefined) throw invalid(input, 'the base has no path');
  if (location.startsWith('/')) return { ...located, pathname: encodePath(location) };
  const folder = base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1) || '/';
  return { ...located, pathname: encodePath(folder + location) };
}

function parseAuthority(authority: string, protocol: string, input: string) {
  const at = authority.lastIndexOf('@');
  const [, username = '', password = ''] = /^([^:]*):?([^]*)$/.exec(authority.slice(0, Math.max(at, 0))) ?? [];
  const [, host = '', port = ''] = /^([^:]*|\[.*\])(?::([0-9]*))?$/.exec(authority.slice(at + 1)) ?? [];
  if (host === '' || Number(port) > 65_535) throw invalid(input, 'its host or port is none');
  const number = port === '' ? '' : String(Number(port));
  return {
    username: encode(username, USERINFO),
    password: encode(password, USERINFO),
    hostname: parseHost(host, protocol, input),
    port: number === DEFAULT_PORTS[protocol] ? '' : number,
  };
}

// oxlint-disable-next-line no-control-regex -- none of these may stand in a host
const FORBIDDEN_IN_HOST = /[\0-\x20"#%/:<>?@[\\\]^`{|}\x7f]/;

function parseHost(text: string, protocol: string, input: string): string {
  if (text.startsWith('[')) throw invalid(input, 'IPv6 hosts are not supported in a component');
  if (!isSpecial(protocol)) return encode(text, CONTROLS);
  const host = decodeHost(text, input).toLowerCase();
  // oxlint-disable-next-line no-control-regex -- ASCII is what is meant
  if (!/^[\0-\x7f]*$/.test(host)) throw invalid(input, 'write the host name in its xn-- form');
  if (FORBIDDEN_IN_HOST.test(host)) throw invalid(input, 'its host has a character that no host has');
  const labels = host.replace(/\.$/, '').split('.');
  // Shortened and octal addresses are a way round lists of allowed hosts.
  if (/^(0x[0-9a-f]*|\d+)$/.test(labels.at(-1) ?? '') && !isIpv4(host)) throw invalid(input, 'its host is no address');
  return host;
}

function decodeHost(text: string, input: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalid(input, 'its host is not percent-encoded UTF-8', cause);
  }
}

const isIpv4 = (host: string): boolean => {
  const parts = host.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
};

const CONTROLS = '';
const FRAGMENT = ' "<>`';
const QUERY = ' "#<>';
const PATH = `${QUERY}?^\`{}`;
const USERINFO = `${PATH}/:;=@[\\]|`;

/** Percent-encodes controls, what is not ASCII, and the given marks. */
function encode(text: string, marks: string): string {
  let encoded = '';
  for (const character of text.toWellFormed()) {
    const point = character.codePointAt(0) ?? 0;
    if (point > 0x7e) encoded += point === 0x7f ? '%7F' : encodeURIComponent(character);
    else if (point < 0x20 || marks.includes(character)) encoded += hex(point);
    else encoded += character;
  }
  return encoded;
}

const hex = (point: number): string => `%${point.toString(16).toUpperCase().padStart(2, '0')}`;

/** The path without `.` and `..`, percent-encoded. */
export function encodePath(path: string): string {
  const segments: string[] = [];
  const parts = path.replace(/^\//, '').split('/');
  parts.forEach((part, index) => {
    const isLast = index === parts.length - 1;
    const plain = part.replace(/%2e/gi, '.');
    if (plain === '..') segments.pop();
    else if (plain !== '.') segments.push(encode(part, PATH));
    if (isLast && (plain === '.' || plain === '..')) segments.push('');
  });
  return `/${segments.join('/')}`;
}

/** A query with its question mark, or nothing. */
export function encodeSearch(search: string, protocol: string): string {
  return search === '' ? '' : `?${encode(search.slice(1), isSpecial(protocol) ? `${QUERY}'` : QUERY)}`;
}

/** A fragment with its hash sign, or nothing. */
export function encodeHash(hash: string): string {
  return hash === '' ? '' : `#${encode(hash.slice(1), FRAGMENT)}`;
}

function invalid(input: string, why: string, cause?: unknown): TypeError {
  return new TypeError(`Invalid URL: ${input}: ${why}`, cause === undefined ? undefined : { cause });
}
