/** Whether an address to bind, or the host of a URL, is this machine alone. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/**
 * Whether a `Host` header names this machine: a web page whose name was made to resolve to loopback sends its own name
 * (DNS rebinding), and a platform that asks for no token must not answer it.
 */
export function isLoopbackHost(header: string | undefined): boolean {
  const match = /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.exec(header ?? '');
  return match?.[1] !== undefined && isLoopback(match[1]);
}
