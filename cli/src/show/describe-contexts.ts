import { table } from '../output/table.ts';
import { neutralise } from '../output/neutralise.ts';
import type { Connection } from '../session/connection.ts';
import { contextNamed, type Contexts } from '../session/contexts.ts';

/** A context without its token. */
export interface ShownContext {
  name: string;
  url: string;
  tenant?: string;
  listenerUrl?: string;
  hasToken: boolean;
  isCurrent: boolean;
}

const MASK = '********';

export function shownContext(all: Contexts, name: string): ShownContext {
  const { token, ...context } = contextNamed(all, name);
  return { name, ...context, hasToken: token !== undefined, isCurrent: all.current === name };
}

export function contextTable(contexts: readonly ShownContext[]): string {
  if (contexts.length === 0) return 'There is no context. Add one: jobico context add <name> --url <url>';
  return table(contexts, [
    { header: '', value: ({ isCurrent }) => (isCurrent ? '*' : '') },
    { header: 'NAME', value: ({ name }) => name },
    { header: 'URL', value: ({ url }) => url, shrinks: 'first' },
    { header: 'TENANT', value: ({ tenant }) => tenant },
    { header: 'TOKEN', value: ({ hasToken }) => (hasToken ? 'yes' : 'no') },
  ]);
}

/** A connection for other eyes. */
export function shownConnection({ token, ...connection }: Connection): Connection {
  return { ...connection, ...(token && { token: { ...token, value: MASK } }) };
}

export function connectionLines(connection: Connection): string {
  const { url, tenant, token, listenerUrl } = connection;
  const lines = { url, tenant, token, listener: listenerUrl };
  return Object.entries(lines)
    .map(([name, each]) => {
      const value = each === undefined ? '-' : `${neutralise(each.value)}  (${neutralise(each.source)})`;
      return `${name.padEnd(10)}${value}`;
    })
    .join('\n');
}
