import type { PackageVersion } from '@jobico/contract';
import { stringify } from 'yaml';
import { neutraliseLines } from '../output/neutralise.ts';

/** A live version as YAML, with the digests that it pins above it. */
export function describeVersion({ version, deployedAt, definition, modules, schemas }: PackageVersion): string {
  const pinned = Object.entries({ ...modules, ...schemas }).map(([ref, digest]) => `#   ${ref}  ${digest}`);
  const head = [`# version ${version}, deployed ${deployedAt}`, ...pinned];
  return neutraliseLines(`${head.join('\n')}\n${stringify(definition, { lineWidth: 100 }).trimEnd()}`).join('\n');
}
