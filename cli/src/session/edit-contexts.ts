import { isId, JobicoError } from '@jobico/contract';
import { contextNamed, readContexts, writeContexts, type Contexts } from './contexts.ts';

export interface NewContext {
  name: string;
  url: string;
  tenant?: string | undefined;
  token?: string | undefined;
  listenerUrl?: string | undefined;
}

/** Adds a context, and uses it if it is the first one. Throws `usage`, or `conflict` for a name that is taken. */
export function addContext(
  { name, url, tenant, token, listenerUrl }: NewContext,
  { use, force }: { use: boolean; force: boolean },
): Contexts {
  checkId(name, 'context');
  if (tenant !== undefined) checkId(tenant, 'tenant');
  checkUrl('--url', url);
  if (listenerUrl !== undefined) checkUrl('--listener-url', listenerUrl);
  const { current, contexts } = readContexts();
  if (Object.hasOwn(contexts, name) && !force) {
    throw new JobicoError('conflict', `there is a context ${name} already`, { hint: 'Replace it with --force.' });
  }
  const added = {
    url,
    ...(tenant !== undefined && { tenant }),
    ...(token !== undefined && { token }),
    ...(listenerUrl !== undefined && { listenerUrl }),
  };
  const isFirst = Object.keys(contexts).length === 0;
  const now = use || isFirst ? name : current;
  return written({ ...(now !== undefined && { current: now }), contexts: { ...contexts, [name]: added } });
}

/** Uses a context from now on, or none. Throws `not-found`. */
export function switchContext(name: string | undefined): Contexts {
  const all = readContexts();
  if (name !== undefined) contextNamed(all, name);
  return written({ ...(name !== undefined && { current: name }), contexts: all.contexts });
}

/** Forgets a context; if it was in use, none is. Throws `not-found`. */
export function removeContext(name: string): Contexts {
  const all = readContexts();
  contextNamed(all, name);
  const { [name]: _gone, ...contexts } = all.contexts;
  const isKept = all.current !== undefined && all.current !== name;
  return written({ ...(isKept && { current: all.current }), contexts });
}

function written(contexts: Contexts): Contexts {
  writeContexts(contexts);
  return contexts;
}

function checkId(text: string, what: string): void {
  const given: unknown = text;
  if (isId(given)) return;
  throw new JobicoError('usage', `not a name for a ${what}: ${text}`, {
    hint: 'It has lower-case letters, digits and dashes, 1 to 63 of them.',
  });
}

function checkUrl(flag: string, url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === '') return;
  throw new JobicoError('usage', `${flag}: not a URL that can be used: ${url}`, {
    hint: 'It looks like https://jobico.example.com; a password in it is not sent, use --token.',
  });
}
