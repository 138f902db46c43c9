import { pointer } from '../faults.ts';
import type { PackageDefinition } from './schema.ts';

/** A file that a package refers to, and every place where it does. */
export interface FileReference {
  ref: string;
  /** JSON pointers into the definition. */
  paths: string[];
}

/** The components that a package refers to, each once. */
export function moduleReferences({ runtimes }: PackageDefinition): FileReference[] {
  return grouped(runtimes.map(({ moduleref }, i) => [moduleref, pointer('runtimes', i, 'moduleref')]));
}

/** The schemas that a package refers to, those of its routes too, each once. */
export function schemaReferences({ jobs }: PackageDefinition): FileReference[] {
  return grouped(
    jobs.flatMap(({ event, result }, i) => {
      const places = [
        [event, ['event']] as const,
        [result?.ok, ['result', 'ok']] as const,
        [result?.error, ['result', 'error']] as const,
      ];
      return places.flatMap(([declared, at]): [string, string][] =>
        declared?.schema ? [[declared.schema.schemaref, pointer('jobs', i, ...at, 'schema', 'schemaref')]] : [],
      );
    }),
  );
}

function grouped(found: readonly (readonly [ref: string, path: string])[]): FileReference[] {
  const byRef = new Map<string, string[]>();
  for (const [ref, path] of found) byRef.set(ref, [...(byRef.get(ref) ?? []), path]);
  return [...byRef].map(([ref, paths]) => ({ ref, paths }));
}
