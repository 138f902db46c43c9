import { contextNamed, readContexts, type Context, type Contexts } from './contexts.ts';

export const LOCAL_URL = 'http://127.0.0.1:8090';

/** What flags say of the platform that is meant. */
export interface GivenConnection {
  context?: string | undefined;
  url?: string | undefined;
  tenant?: string | undefined;
  token?: string | undefined;
}

/** A value, and who has said it: `flag`, a name of the environment, `context <name>`, `default`. */
export interface Sourced {
  value: string;
  source: string;
}

/** The platform that a command is for, and as whom it speaks. */
export interface Connection {
  url: Sourced;
  tenant?: Sourced;
  token?: Sourced;
  listenerUrl?: Sourced;
}

/**
 * Flags over the environment over a context over the local platform; a context that a flag names comes before the
 * environment. Tenant and token of a context are for its own URL alone: no other platform is ever sent them.
 * Throws `not-found` for a context that does not exist.
 */
export function findConnection(
  given: GivenConnection,
  environment: NodeJS.ProcessEnv = process.env,
  contexts: () => Contexts = readContexts,
): Connection {
  const name = given.context ?? (environment.JOBICO_CONTEXT || undefined);
  // The file is not looked at by those who have said it all.
  const isSaid =
    name === undefined && (given.url ?? environment.JOBICO_URL) && (given.token ?? environment.JOBICO_TOKEN);
  const all = isSaid ? { contexts: {} } : contexts();
  const chosen = name ?? all.current;
  const context = chosen === undefined ? undefined : { name: chosen, ...contextNamed(all, chosen) };
  const isNamed = given.context !== undefined;
  const url = first(
    flag(given.url),
    isNamed && ofContext(context, 'url'),
    variable(environment, 'JOBICO_URL'),
    ofContext(context, 'url'),
  ) ?? { value: LOCAL_URL, source: 'default' };
  const own = context && isSameUrl(context.url, url.value) ? context : undefined;
  const tenant = first(
    flag(given.tenant),
    isNamed && ofContext(own, 'tenant'),
    variable(environment, 'JOBICO_TENANT'),
    ofContext(own, 'tenant'),
  );
  const token = first(
    flag(given.token),
    isNamed && ofContext(own, 'token'),
    variable(environment, 'JOBICO_TOKEN'),
    ofContext(own, 'token'),
  );
  const listenerUrl = ofContext(own, 'listenerUrl');
  return { url, ...(tenant && { tenant }), ...(token && { token }), ...(listenerUrl && { listenerUrl }) };
}

type Candidate = Sourced | false | undefined;

function first(...candidates: Candidate[]): Sourced | undefined {
  return candidates.find((each) => each !== false && each !== undefined) || undefined;
}

function flag(value: string | undefined): Candidate {
  return value === undefined ? undefined : { value, source: 'flag' };
}

function variable(environment: NodeJS.ProcessEnv, name: string): Candidate {
  const value = environment[name];
  return value ? { value, source: name } : undefined;
}

function ofContext(context: (Context & { name: string }) | undefined, field: keyof Context): Sourced | undefined {
  const value = context?.[field];
  return context === undefined || value === undefined ? undefined : { value, source: `context ${context.name}` };
}

function isSameUrl(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return one === other;
  return new URL(one).href === new URL(other).href;
}
