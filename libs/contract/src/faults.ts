import type { ErrorObject } from 'ajv';
import { closest, distance } from 'fastest-levenshtein';
import type { Fault } from './errors.ts';

const SHOWN = 60;

/** A value as a fault shows it: JSON, shortened. */
export function shown(value: unknown): string {
  return cut(JSON.stringify(value) ?? String(value), SHOWN);
}

/** Of hostile data: `String` would call what an object has in a field `toString`. */
const textOf = (value: unknown) => (typeof value === 'string' ? value : shown(value));

/** Characters of a list of what is allowed. */
const LISTED = 1000;

/** No more of them is looked at than is shown. */
function listed(values: readonly unknown[]): string {
  let text = '';
  for (const value of values) {
    if (text.length > LISTED) break;
    text += text === '' ? textOf(value) : `, ${textOf(value)}`;
  }
  return cut(text, LISTED);
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** Of more candidates none is looked for. */
const MOST_CANDIDATES = 500;

/** The candidate that a misspelt word was probably meant to be. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || candidates.length > MOST_CANDIDATES || word.length > SHOWN) return undefined;
  const found = closest(word, candidates);
  return distance(word, found) <= Math.max(2, Math.floor(word.length / 3)) ? found : undefined;
}

export function pointer(...parts: (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** ajv's errors (`verbose: true`) as faults, the first `most` of them: one for each place, with what may stand there. */
export function faultsOf(errors: readonly ErrorObject[], most = Infinity): Fault[] {
  // The branches of a union fail one by one: what says something is the one that was meant, else the union's own error.
  const unions = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  const meant = new Map(unions.map((union) => [union, meantBranch(union, errors)]));
  const isSaid = (error: ErrorObject) =>
    !meant.get(error) &&
    unions.every((union) => {
      const isInside = union !== error && error.schemaPath.startsWith(`${union.schemaPath}/`);
      return !isInside || meant.get(union)?.includes(error);
    });
  return errors.filter(isSaid).slice(0, most).map(faultOf);
}

/** The errors of the only branch of a union that takes a value of this kind at all. */
function meantBranch(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[] | undefined {
  const prefix = `${union.schemaPath}/`;
  const inside = errors.filter(({ schemaPath }) => schemaPath !== union.schemaPath && schemaPath.startsWith(prefix));
  const branches = Map.groupBy(inside, ({ schemaPath }) => schemaPath.slice(prefix.length).split('/')[0]);
  const isOtherKind = ({ instancePath, keyword }: ErrorObject) =>
    instancePath === union.instancePath && (keyword === 'type' || keyword === 'const');
  const meant = [...branches.values()].filter((branch) => !branch.some(isOtherKind));
  return meant.length === 1 ? meant[0] : undefined;
}

function faultOf(error: ErrorObject): Fault {
  const { instancePath: path, params, parentSchema, data } = error;
  const allowed = typeof parentSchema?.allowed === 'string' ? parentSchema.allowed : undefined;
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const field = String(params.additionalProperty ?? params.unevaluatedProperty);
      const known = Object.keys((parentSchema?.properties as object | undefined) ?? {});
      const suggestion = nearest(field, known);
      return {
        path: path + pointer(field),
        message: `unknown field ${JSON.stringify(field)}`,
        value: shown((data as Record<string, unknown>)[field]),
        ...(known.length > 0 && { allowed: listed(known) }),
        ...(suggestion !== undefined && { suggestion }),
      };
    }
    case 'required':
      return { path: path + pointer(String(params.missingProperty)), message: 'is missing' };
    case 'enum': {
      const values = params.allowedValues as unknown[];
      const suggestion = values.length > MOST_CANDIDATES ? undefined : nearest(textOf(data), values.map(textOf));
      return {
        path,
        message: 'is not one of the allowed values',
        value: shown(data),
        allowed: allowed ?? listed(values),
        ...(suggestion !== undefined && { suggestion }),
      };
    }
    case 'anyOf':
    case 'oneOf':
      return { path, message: 'fits none of the allowed forms', value: shown(data), ...(allowed && { allowed }) };
    default:
      return { path, message: error.message ?? error.keyword, value: shown(data), ...(allowed && { allowed }) };
  }
}
