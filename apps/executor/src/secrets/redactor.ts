import { isTooDeep, MAX_JSON_DEPTH, parseExactJson } from '@jobico/contract';

/** Takes the secrets that a job was given out of what it says. */
export interface Redactor {
  text(text: string): string;
  /** JSON text; strings, names and numbers in it. Of text that is no JSON, all that it says. */
  json(text: string): string;
  /** A JSON value, as `parseExactJson` reads it. */
  value(value: unknown): unknown;
}

/** A line of a secret that has several is looked for by itself if it is as long: keys come in such lines. */
const LINE_LENGTH = 16;

/**
 * A redactor of secrets by their names. Each value is found as it is, and as it stands in JSON text and in a URL; the
 * longest first, where one holds another. Whoever changes a value before it is said gets past it.
 */
export function createRedactor(secrets: ReadonlyMap<string, string>): Redactor | undefined {
  const forms = new Map<string, string>();
  for (const [name, value] of secrets) {
    for (const form of formsOf(value)) if (!forms.has(form)) forms.set(form, `[secret ${name}]`);
  }
  if (forms.size === 0) return undefined;
  const sorted = [...forms].sort(([a], [b]) => b.length - a.length);
  const holdsOne = (text: string) => sorted.some(([form]) => text.includes(form));
  const redact = (text: string) => {
    let redacted = text;
    for (const [form, shown] of sorted) redacted = redacted.replaceAll(form, shown);
    return redacted;
  };
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null || isRaw(value)) return withoutSecretDigits(value);
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [redact(name), walk(item)]));
  };
  const withoutSecretDigits = (value: unknown) => {
    const digits = typeof value === 'number' || isRaw(value) ? JSON.stringify(value) : '';
    return holdsOne(digits) ? redact(digits) : value;
  };
  return {
    text: redact,
    value: walk,
    json(text) {
      // With an escape in it, a secret may stand there in many forms.
      if (!text.includes('\\') && !holdsOne(text)) return text;
      if (isTooDeep(text, MAX_JSON_DEPTH)) return redact(text);
      const value = readJson(text);
      return value === NO_JSON ? redact(text) : JSON.stringify(walk(value));
    },
  };
}

const NO_JSON = Symbol('no JSON');

function readJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return NO_JSON;
  }
}

/** Little or nothing is left of a secret of blanks without them: every text holds that. */
const SHORTEST = 4;

function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const long = lines.length > 1 ? lines.filter((line) => line.length >= LINE_LENGTH) : [];
  const forms = [...escapedForms(value), encodeURIComponent(value.toWellFormed()), value.trim(), ...long];
  return forms.filter((form) => form.length >= SHORTEST);
}

/** JSON in an error's message is escaped again by the runtime that tells of the error, and once more by whoever quotes that. */
const ESCAPED = 3;

function escapedForms(value: string): string[] {
  const forms = [value];
  for (let form = value; forms.length <= ESCAPED; forms.push(form)) form = JSON.stringify(form).slice(1, -1);
  return forms;
}

/** What the language has and its typings lack: a number that is written as it was read. */
const { isRawJSON } = JSON as typeof JSON & { isRawJSON: (value: unknown) => boolean };
const isRaw = (value: unknown) => isRawJSON(value);
