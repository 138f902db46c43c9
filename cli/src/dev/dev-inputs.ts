import { dirname, join, resolve } from 'node:path';
import { schemaReferences, type PackageDefinition } from '@jobico/contract';
import { BUILD_FILE } from '../build/build-plan.ts';

/** The files and folders, absolute, that a package is made of; sample events are not: they change nothing that is live. */
export function devInputs(
  file: string,
  definition: PackageDefinition | undefined,
  components: ReadonlyMap<string, readonly string[]>,
): string[] {
  const folder = resolve(dirname(file));
  const schemas = definition === undefined ? [] : schemaReferences(definition).map(({ ref }) => join(folder, ref));
  return [resolve(file), join(folder, BUILD_FILE), ...schemas, ...[...components.values()].flat()];
}
