import { Type, type Static } from 'typebox';
import { pointer } from '../faults.ts';
import type { PackageVersion } from './version.ts';

/** What differs between two versions of a package, at one place. */
export const PackageChange = Type.Object({
  path: Type.String({
    description: 'JSON pointer into {definition, modules, schemas}; things in lists stand under their ids.',
  }),
  kind: Type.Enum(['added', 'removed', 'changed']),
  before: Type.Optional(Type.Unknown()),
  after: Type.Optional(Type.Unknown()),
});
export type PackageChange = Static<typeof PackageChange>;

/** What a version is made of: what was written, and the files that it pins. */
export type PackageContent = Pick<PackageVersion, 'definition' | 'modules' | 'schemas'>;

/** Every place in which two versions differ, the deepest that has both; a first version is one change, of everything. */
export function changesBetween(before: PackageContent | undefined, after: PackageContent): PackageChange[] {
  return changesAt([], before && contentOf(before), contentOf(after));
}

const contentOf = ({ definition, modules, schemas }: PackageContent) => ({ definition, modules, schemas });

function changesAt(path: readonly string[], before: unknown, after: unknown): PackageChange[] {
  const at = pointer(...path);
  if (before === undefined) return [{ path: at, kind: 'added', after }];
  if (after === undefined) return [{ path: at, kind: 'removed', before }];
  const [left, right] = [byName(before), byName(after)];
  const asWhole: PackageChange[] = [{ path: at, kind: 'changed', before, after }];
  if (!left || !right) return JSON.stringify(before) === JSON.stringify(after) ? [] : asWhole;
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const inside = names.flatMap((name) => changesAt([...path, name], left.get(name), right.get(name)));
  const isReordered = Array.isArray(after) && [...left.keys()].join() !== [...right.keys()].join();
  return inside.length === 0 && isReordered ? asWhole : inside;
}

/** The parts of a value by their names: an object's fields; a list's items, where each has an id that no other has. */
function byName(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const named = value.map((item) => [idOf(item), item] as const);
  const ids = new Set(named.map(([id]) => id));
  if (ids.size < named.length || ids.has(undefined)) return undefined;
  return new Map(named as [string, unknown][]);
}

/** A job is known by its event. */
function idOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { id, event } = item as { id?: unknown; event?: unknown };
  return typeof id === 'string' ? id : idOf(event);
}
