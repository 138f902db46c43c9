import { Resolver } from 'node:dns/promises';

/** The addresses of a name, IPv4 first; none if it has none. An abort ends it, and gives none. */
export type Resolve = (name: string, signal: AbortSignal) => Promise<string[]>;

const LOOPBACK = ['127.0.0.1', '::1'];
const QUERY = { timeout: 2000, tries: 3 } as const;

/**
 * Asks DNS servers, the machine's own if none are given. Not by `dns.lookup`: that takes a thread, of which the process has
 * four and lets two do this, until the name's servers answer; two slow names of one tenant would hold up every other's, and
 * NATS. So names that only the hosts file knows are not found; their addresses are private as a rule, and granted by number.
 */
export function createResolve(servers?: readonly string[]): Resolve {
  return async (name, signal) => {
    if (name === 'localhost') return LOOPBACK;
    const resolver = new Resolver(QUERY);
    if (servers) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      return found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}
