import type { Queue } from './jobs.ts';

/** The ordering key of an event: what its queue's pointer finds, else the key that it was sent with. */
export function keyOf({ ordering }: Pick<Queue, 'ordering'>, value: unknown, sent?: string): string | undefined {
  if (ordering.kind !== 'keyed') return sent;
  const found = at(value, ordering.pointer);
  return found === undefined || found === null ? sent : typeof found === 'string' ? found : JSON.stringify(found);
}

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null) return undefined;
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    found = Object.hasOwn(found, name) ? (found as Record<string, unknown>)[name] : undefined;
  }
  return found;
}
