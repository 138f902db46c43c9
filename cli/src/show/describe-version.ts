import type { OperationOutput } from '@jobico/contract';
import { stringify } from 'yaml';
import { neutraliseLines } from '../output/neutralise.ts';

/** A live version as YAML, with the digests that it pins above it. */
export function describeVersion(version: OperationOutput<'package.get'>): string {
  const { version: number, deployedAt, definition, modules, schemas, pausedSince } = version;
  const pinned = Object.entries({ ...modules, ...schemas }).map(([ref, digest]) => `#   ${ref}  ${digest}`);
  const paused = pausedSince === undefined ? [] : [`# paused since ${pausedSince}`];
  const head = [`# version ${number}, deployed ${deployedAt}`, ...paused, ...pinned];
  return neutraliseLines(`${head.join('\n')}\n${stringify(definition, { lineWidth: 100 }).trimEnd()}`).join('\n');
}
