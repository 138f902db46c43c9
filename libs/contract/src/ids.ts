/**
 * Ids of tenants, packages, events, queues, runtimes: `[a-z0-9][a-z0-9-]{0,62}`. They hold no `_` and no `.`, so these
 * two separate safely in stream names and subjects, and no `*` or `>`, which would open a subject.
 */
export const ID_PATTERN = '^[a-z0-9][a-z0-9-]{0,62}$';

const ID = new RegExp(ID_PATTERN);

export function isId(text: unknown): text is string {
  return typeof text === 'string' && ID.test(text);
}

/** Event ids come from callers too: printable ASCII without spaces, at most 256 characters, safe in a header. */
export const EVENT_ID_PATTERN = '^[\\x21-\\x7e]{1,256}$';

const EVENT_ID = new RegExp(EVENT_ID_PATTERN);

export function isEventId(text: unknown): text is string {
  return typeof text === 'string' && EVENT_ID.test(text);
}

/** Names of secrets, as jobs ask for them: `TAX_KEY`. A name is one token of a subject. */
export const SECRET_NAME_PATTERN = '^[A-Za-z_][A-Za-z0-9_-]{0,63}$';

const SECRET_NAME = new RegExp(SECRET_NAME_PATTERN);

export function isSecretName(text: unknown): text is string {
  return typeof text === 'string' && SECRET_NAME.test(text);
}
