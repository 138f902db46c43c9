import { Ajv2020 } from 'ajv/dist/2020.js';
import { JobicoError, type Fault } from '../errors.ts';
import { faultsOf, nearest, pointer, shown } from '../faults.ts';
import { HTTP_GRANT_FORM, readHttpGrant } from './http-grant.ts';
import { Grant, PackageDefinition, type GrantDefinition } from './schema.ts';

const isDefinition = new Ajv2020({
  allErrors: true,
  verbose: true,
  strict: false,
  allowUnionTypes: true,
}).compile<PackageDefinition>(PackageDefinition);

/** All that is wrong with a package, first against its schema, then within itself. Empty: it is a {@link PackageDefinition}. */
export function packageFaults(value: unknown): Fault[] {
  if (isDefinition(value))
    return [
      ...duplicates(value),
      ...danglingReferences(value),
      ...httpGrantFaults(value),
      ...secretFaults(value),
      ...webhookFaults(value),
    ];
  return faultsOf(isDefinition.errors ?? []);
}

/** The value as a package; throws `package-invalid` with every fault. */
export function validatePackage(value: unknown): PackageDefinition {
  const faults = packageFaults(value);
  if (faults.length === 0) return value as PackageDefinition;
  throw new JobicoError(
    'package-invalid',
    `the package has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}`,
    { faults },
  );
}

/** What one runtime is granted, as it stands in a package or in a file of its own; throws `invalid` with every fault. */
export function validateGrant(value: unknown): GrantDefinition {
  const check = new Ajv2020({ allErrors: true, verbose: true, strict: false }).compile<GrantDefinition>(Grant);
  if (check(value)) return value;
  throw new JobicoError('invalid', 'the grants cannot be used', { faults: faultsOf(check.errors ?? []) });
}

function duplicates(definition: PackageDefinition): Fault[] {
  const faults: Fault[] = [];
  const check = (what: string, entries: { path: string; id: string }[]) => {
    const first = new Map<string, string>();
    for (const { path, id } of entries) {
      const before = first.get(id);
      if (before === undefined) first.set(id, path);
      else faults.push({ path, message: `${what} is already declared at ${before}`, value: shown(id) });
    }
  };
  check(
    'this queue',
    definition.queues.map(({ id }, i) => ({ path: pointer('queues', i, 'id'), id })),
  );
  check(
    'this runtime',
    definition.runtimes.map(({ id }, i) => ({ path: pointer('runtimes', i, 'id'), id })),
  );
  check('this event', declaredEvents(definition));
  return faults;
}

/** Every event that the package declares: those of its jobs, and routes that name their own queue or runtime. */
function declaredEvents({ jobs }: PackageDefinition): { path: string; id: string }[] {
  const ofJobs = jobs.map(({ event }, i) => ({ path: pointer('jobs', i, 'event', 'id'), id: event.id }));
  const known = new Set(ofJobs.map(({ id }) => id));
  const ofRoutes = routes({ jobs }).filter(
    ({ route }) => route.supplierqueue !== undefined || route.runtime !== undefined,
  );
  const seen = new Map<string, string>();
  const own = ofRoutes.filter(({ route }) => {
    // Two jobs may share a route if they describe it alike.
    const text = JSON.stringify(route);
    const same = seen.get(route.id) === text && !known.has(route.id);
    seen.set(route.id, text);
    return !same;
  });
  return [...ofJobs, ...own.map(({ path, route }) => ({ path: `${path}/id`, id: route.id }))];
}

function routes({ jobs }: Pick<PackageDefinition, 'jobs'>) {
  return jobs.flatMap(({ result }, i) =>
    (['ok', 'error'] as const).flatMap((name) => {
      const route = result?.[name];
      return route ? [{ path: pointer('jobs', i, 'result', name), route }] : [];
    }),
  );
}

function danglingReferences(definition: PackageDefinition): Fault[] {
  const queues = definition.queues.map(({ id }) => id);
  const runtimes = definition.runtimes.map(({ id }) => id);
  const events = declaredEvents(definition).map(({ id }) => id);
  const faults: Fault[] = [];
  const refer = (path: string, what: string, id: string, known: readonly string[]) => {
    if (known.includes(id)) return;
    const suggestion = nearest(id, known);
    faults.push({
      path,
      message: `no such ${what} in this package`,
      value: shown(id),
      ...(known.length > 0 && { allowed: known.join(', ') }),
      ...(suggestion !== undefined && { suggestion }),
    });
  };
  definition.jobs.forEach(({ event }, i) => {
    refer(pointer('jobs', i, 'event', 'supplierqueue'), 'queue', event.supplierqueue, queues);
    refer(pointer('jobs', i, 'event', 'runtime'), 'runtime', event.runtime, runtimes);
  });
  for (const { path, route } of routes(definition)) {
    const isReference = route.supplierqueue === undefined && route.runtime === undefined;
    if (isReference) refer(`${path}/id`, 'event', route.id, events);
    else {
      if (route.supplierqueue === undefined) faults.push({ path: `${path}/supplierqueue`, message: 'is missing' });
      else refer(`${path}/supplierqueue`, 'queue', route.supplierqueue, queues);
      if (route.runtime === undefined) faults.push({ path: `${path}/runtime`, message: 'is missing' });
      else refer(`${path}/runtime`, 'runtime', route.runtime, runtimes);
    }
  }
  for (const [runtime, grant] of Object.entries(definition.grants ?? {})) {
    refer(pointer('grants', runtime), 'runtime', runtime, runtimes);
    grant.emit?.forEach((event, i) => refer(pointer('grants', runtime, 'emit', i), 'event', event, events));
  }
  return faults;
}

/** A job asks for both by one name. */
function secretFaults({ grants }: PackageDefinition): Fault[] {
  return Object.entries(grants ?? {}).flatMap(([runtime, { config = {}, secrets = [] }]) =>
    secrets.flatMap((name, i) => {
      const path = pointer('grants', runtime, 'secrets', i);
      if (Object.hasOwn(config, name)) return { path, message: 'is configuration too', value: shown(name) };
      return secrets.indexOf(name) < i ? { path, message: 'is named twice', value: shown(name) } : [];
    }),
  );
}

function httpGrantFaults({ grants }: PackageDefinition): Fault[] {
  return Object.entries(grants ?? {}).flatMap(([runtime, { http }]) =>
    (http ?? []).flatMap((text, i) => {
      const read = readHttpGrant(text);
      if (!('fault' in read)) return [];
      const { fault, suggestion } = read;
      return {
        path: pointer('grants', runtime, 'http', i),
        message: fault,
        value: shown(text),
        allowed: HTTP_GRANT_FORM,
        ...(suggestion !== undefined && { suggestion }),
      };
    }),
  );
}

const OF_HMAC = ['header', 'algorithm', 'encoding', 'prefix', 'timestampHeader', 'idHeader'] as const;

/** The other schemes say themselves where their signatures are. */
function webhookFaults({ jobs }: PackageDefinition): Fault[] {
  return jobs.flatMap(({ event: { webhook } }, i) => {
    if (!webhook) return [];
    const at = (field: string) => pointer('jobs', i, 'event', 'webhook', field);
    if (webhook.scheme === 'hmac') {
      return webhook.header === undefined ? [{ path: at('header'), message: 'is missing: scheme hmac needs it' }] : [];
    }
    return OF_HMAC.filter((field) => webhook[field] !== undefined).map((field) => ({
      path: at(field),
      message: `is for scheme hmac alone; ${webhook.scheme} says itself what it is`,
      value: shown(webhook[field]),
    }));
  });
}
