/** Outgoing HTTP that a package grants: one origin, or the same scheme and port of every host below a name. */
export interface HttpGrant {
  readonly protocol: 'https:' | 'http:';
  /** As a URL's `hostname` has it: lower case, punycode, an IPv6 address in brackets. */
  readonly host: string;
  /** Every name below `host`, at any depth, and not `host` itself. */
  readonly isWildcard: boolean;
  /** As a URL's `port` has it: empty for the protocol's own. */
  readonly port: string;
}

/** Why a text is no grant, and what was probably meant. */
export interface HttpGrantFault {
  readonly fault: string;
  readonly suggestion?: string;
}

/** What a fault offers. */
export const HTTP_GRANT_FORM = 'an origin: https://api.example.com, https://*.example.com or http://10.0.0.5:8080';

const SCHEME = /^https?:\/\//;
const AUTHORITY = /^(\*\.)?(\[[^\]]*\]|[^:]*)(?::([1-9]\d{0,4}))?$/;
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
const ADDRESS = /^\[|^\d+\.\d+\.\d+\.\d+$/;

/**
 * Reads `scheme://host[:port]`. The host is written as requests have it once their URL is parsed, so that a grant means one
 * thing only: `https://0x7f.1` is refused, with `https://127.0.0.1` as what was meant.
 */
export function readHttpGrant(text: string): HttpGrant | HttpGrantFault {
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme === undefined) return faultOf('starts with neither https:// nor http://', `https://${text}`);
  const authority = text.slice(scheme.length);
  const end = authority.search(/[/?#\\]/);
  if (end >= 0) return faultOf('goes on after host and port', text.slice(0, scheme.length + end));
  if (authority.includes('@')) return faultOf('names a user; credentials belong into a header');
  const [, wildcard = '', host = '', port = ''] = AUTHORITY.exec(authority) ?? [];
  const url = URL.parse(`${scheme}${host}${port && `:${port}`}`);
  if (!url || !host) return faultOf('has no valid host and port');
  if (url.hostname !== host) {
    const canonical = `${scheme}${wildcard}${url.hostname}${port && `:${port}`}`;
    return faultOf(`writes its host otherwise than requests have it`, canonical);
  }
  const isAddress = ADDRESS.test(host);
  if (!isAddress && !NAME.test(host)) return faultOf('has a host that is no name and no address');
  if (isAddress && wildcard) return faultOf('has a wildcard before an address', scheme + authority.slice(2));
  return { protocol: scheme === 'https://' ? 'https:' : 'http:', host, isWildcard: wildcard !== '', port: url.port };
}

function faultOf(fault: string, meant?: string): HttpGrantFault {
  const isGrant = meant !== undefined && meant.length <= 300 && !('fault' in readHttpGrant(meant));
  return isGrant ? { fault, suggestion: meant } : { fault };
}
