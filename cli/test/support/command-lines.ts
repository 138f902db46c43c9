import { EXECUTION_STATUSES, type OperationInput, type OperationName } from '@jobico/contract';

/** A command line that runs an operation. */
export interface CommandLine {
  args: string[];
  /** Standard input. */
  input?: string;
  /** It does not come to the operation: the command itself refuses it, as wrong usage. */
  isUsage?: true;
}

/** Writes a file for a command and answers its path. */
export type PutFile = (content: string | Buffer) => Promise<string>;

/** A way to say an input as a command line; undefined where a command line cannot say it. */
type Way<N extends OperationName> = (
  input: OperationInput<N>,
  put: PutFile,
) => string[] | CommandLine | undefined | Promise<string[] | CommandLine | undefined>;

type Ways = { readonly [N in OperationName]: readonly [Way<N>, ...Way<N>[]] | string };

type Values = Record<string, string | number | boolean | undefined>;

/** Flags of a command line; what is undefined or false is left out. */
function flags(values: Values): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return [value === true ? `--${name}` : `--${name}=${value}`];
  });
}

const usage = (args: string[]): CommandLine => ({ args, isUsage: true });
const json = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));
const pageFlags = ({ limit, after }: { limit?: number; after?: string }) => flags({ limit, after });

const letters = ({ ids, ...filters }: { ids?: string } & Values) => [...(ids?.split(',') ?? []), ...flags(filters)];

const limitsOf = ({ tenant, ...limits }: OperationInput<'tenant.limits.set'>) => {
  const named = Object.entries(limits).map(([name, value]) => [kebab(name), value ?? 'none']);
  return ['tenant', 'limits', 'set', ...flags({ tenant, ...Object.fromEntries(named) })];
};
const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const onePackage = (words: string) => (input: { tenant: string; package: string }) => [
  ...words.split(' '),
  input.package,
  ...flags({ tenant: input.tenant }),
];
const oneQueue = (verb: string) => (input: { tenant: string; queue: string }) => [
  'queue',
  verb,
  input.queue,
  ...flags({ tenant: input.tenant }),
];
const oneSchedule = (verb: string) => (input: { tenant: string; schedule: string }) => [
  'schedule',
  verb,
  input.schedule,
  ...flags({ tenant: input.tenant }),
];
const listOf = (words: string) => (input: { tenant?: string }) => [
  ...words.split(' '),
  ...flags({ tenant: input.tenant }),
];

/**
 * The commands that run each operation: each of them prints with `--json` what the operation answers. An operation that
 * no command runs, or none that prints what it answers, has the reason here.
 */
export const COMMAND_LINES: Ways = {
  'package.validate': [async ({ definition }, put) => ['package', 'validate', await put(JSON.stringify(definition))]],
  'package.deploy': [
    async ({ definition, dryRun }, put) => [
      'deploy',
      await put(JSON.stringify(definition)),
      ...flags({ 'dry-run': dryRun }),
    ],
  ],
  'package.rollback': [
    ({ tenant, package: id, to, dryRun }) => ['rollback', id, ...flags({ tenant, to, 'dry-run': dryRun })],
  ],
  'package.versions': [onePackage('package versions')],
  'package.list': [listOf('package list'), ({ tenant }) => ['show', 'deploy', tenant]],
  'package.get': [
    ({ tenant, package: id, version }) => ['package', 'get', id, ...flags({ tenant, version })],
    ({ tenant, package: id, version }) => ['show', 'deploy', tenant, id, ...flags({ version })],
  ],
  'package.pause': [onePackage('package pause')],
  'package.resume': [onePackage('package resume')],
  'package.undeploy': [onePackage('undeploy')],
  'file.upload': [
    async ({ tenant, kind, name, content }, put) => [
      'upload',
      kind,
      tenant,
      name,
      await put(Buffer.from(content, 'base64')),
    ],
  ],
  'file.list': [({ tenant, kind }) => ['file', 'list', ...flags({ tenant, kind })]],
  'file.get': [
    async ({ tenant, kind, name, content = false }, put) => [
      'file',
      'get',
      kind,
      name,
      ...flags({ tenant, output: content && (await put('')) }),
    ],
  ],
  'file.delete': [({ tenant, kind, name }) => ['file', 'delete', kind, name, ...flags({ tenant })]],
  'event.send': [
    ({ tenant, event, data, id, key }) => [
      'event',
      'send',
      event,
      ...data.flatMap((each) => flags({ data: json(each) })),
      ...flags({ tenant, id, key }),
    ],
    // A stored id is stored once.
    async ({ tenant, event, data, id, key }, put) =>
      id === undefined
        ? ['event', 'send', event, await put(JSON.stringify(data)), ...flags({ tenant, key, batch: true })]
        : undefined,
  ],
  'event.list': [({ limit, after, ...filters }) => ['event', 'list', ...flags(filters), ...flags({ limit, after })]],
  'event.get': [({ tenant, event }) => ['event', 'get', event, ...flags({ tenant })]],
  'event.replay': [
    // The command goes through all pages.
    ({ limit, after, dryRun, ...filters }) =>
      limit === undefined && after === undefined
        ? ['event', 'replay', ...flags({ ...filters, 'dry-run': dryRun })]
        : undefined,
  ],
  'execution.list': [
    ({ limit, after, ...filters }) => {
      const args = [
        'execution',
        'list',
        ...flags(filters),
        ...pageFlags({ ...(limit && { limit }), ...(after && { after }) }),
      ];
      const isKnown =
        filters.status === undefined || (EXECUTION_STATUSES as readonly string[]).includes(filters.status);
      return isKnown ? args : usage(args);
    },
    ({ tenant, limit, ...filters }) =>
      limit !== undefined && Object.keys(filters).length === 0
        ? ['recorder', ...flags({ tenant, lines: limit })]
        : undefined,
  ],
  'execution.get': [({ tenant, execution }) => ['execution', 'get', execution, ...flags({ tenant })]],
  'execution.logs': [({ tenant, execution }) => ['execution', 'logs', execution, ...flags({ tenant })]],
  'execution.cancel': [({ tenant, execution }) => ['execution', 'cancel', execution, ...flags({ tenant })]],
  'execution.inputs': '`execution replay` runs the execution again with them, and prints what came of it',
  'execution.watch': '`recorder --follow` prints such records, one a line: a test of its own here',
  'execution.follow':
    '`recorder --follow` and `execution logs --follow` print the records and the lines in it, one a line, as ' +
    'execution.watch and execution.logs have them: live-logs.int.test.ts',
  'deadletter.list': [
    ({ limit, after, ...filters }) => {
      const args = ['deadletter', 'list', ...letters(filters), ...flags({ limit, after })];
      return filters.since === 'yesterday' ? usage(args) : args;
    },
  ],
  'deadletter.get': [({ tenant, deadletter }) => ['deadletter', 'get', deadletter, ...flags({ tenant })]],
  'deadletter.redrive': [
    ({ dryRun, ...filters }) => {
      const args = ['deadletter', 'redrive', ...letters(filters), ...flags({ 'dry-run': dryRun })];
      return filters.ids === 'x' ? usage(args) : args;
    },
  ],
  'deadletter.drop': [
    ({ dryRun, ...filters }) => {
      const args = ['deadletter', 'drop', ...letters(filters), ...flags({ 'dry-run': dryRun, yes: true })];
      return Object.keys(filters).length === 1 ? usage(args) : args;
    },
  ],
  'queue.list': [listOf('queue list')],
  'queue.get': [oneQueue('get')],
  'queue.peek': [
    ({ queue, order, ...filters }) => ['queue', 'peek', queue, ...flags({ ...filters, newest: order === 'newest' })],
  ],
  'queue.pause': [oneQueue('pause')],
  'queue.resume': [oneQueue('resume')],
  'queue.purge': [
    ({ queue, dryRun, storedBefore, ...filters }) => {
      const more = flags({ ...filters, 'older-than': storedBefore, 'dry-run': dryRun, yes: true });
      const args = ['queue', 'purge', queue, ...more];
      // The command pauses the queue for it.
      if (filters.all && !dryRun) return undefined;
      return Object.keys(filters).length + (storedBefore ? 1 : 0) === 1 ? usage(args) : args;
    },
  ],
  'kv.list': [({ limit, after, ...filters }) => ['kv', 'list', ...flags(filters), ...flags({ limit, after })]],
  'kv.get': [({ tenant, bucket, key }) => ['kv', 'get', bucket, key, ...flags({ tenant })]],
  'kv.put': [
    async ({ tenant, bucket, key, value, encoding, ifRevision, ifAbsent }, put) => {
      const conditions = flags({ tenant, 'if-revision': ifRevision, 'if-absent': ifAbsent });
      if (encoding === undefined) return ['kv', 'put', bucket, key, value, ...conditions];
      const bytes = Buffer.from(value, encoding);
      // A file holds bytes, whatever they are.
      if (bytes.toString(encoding) !== value) return undefined;
      return ['kv', 'put', bucket, key, ...flags({ file: await put(bytes) }), ...conditions];
    },
  ],
  'kv.delete': [({ tenant, bucket, key }) => ['kv', 'delete', bucket, key, ...flags({ tenant })]],
  'node.list': [() => ['node', 'list'], () => ['show', 'env']],
  'tenant.limits.get': [listOf('tenant limits get')],
  'tenant.limits.set': [(input) => (input.eventsPerSecond === 0 ? usage(limitsOf(input)) : limitsOf(input))],
  'secret.set': [
    ({ tenant, name, value }) => {
      const line = { args: ['secret', 'set', name, ...flags({ tenant })], input: `${value}\n` };
      return name.includes(' ') ? { ...line, isUsage: true } : line;
    },
  ],
  'secret.list': [listOf('secret list')],
  'secret.delete': [({ tenant, name }) => ['secret', 'delete', name, ...flags({ tenant, yes: true })]],
  'secret.rotate': [() => ['secret', 'rotate']],
  'tenant.list': [() => ['tenant', 'list']],
  'tenant.create': [({ tenant }) => ['tenant', 'create', tenant]],
  'tenant.get': [({ tenant }) => ['tenant', 'get', tenant], ({ tenant }) => ['tenant', 'get', ...flags({ tenant })]],
  'tenant.delete': [({ tenant }) => ['tenant', 'delete', tenant, '--yes']],
  'token.create': [
    async ({ tenant, role, kind, name, expiresInSeconds: seconds }, put) => {
      // The command takes the only tenant then, and knows of several here.
      if (tenant === undefined && role !== 'admin') return usage(['token', 'create', ...flags({ role })]);
      const expires = seconds === undefined ? undefined : `${seconds}s`;
      const out = kind === 'nats' ? `${await put('')}.creds` : undefined;
      return ['token', 'create', ...flags({ tenant, role, nats: kind === 'nats', out, name, expires })];
    },
  ],
  'token.list': [listOf('token list')],
  'token.revoke': [({ tenant, token }) => ['token', 'revoke', token, ...flags({ tenant })]],
  'schedule.create': [
    ({ id, event, data, ...spec }) => ['schedule', 'create', id, event, ...flags({ ...spec, data: json(data) })],
  ],
  'schedule.list': [listOf('schedule list')],
  'schedule.get': [oneSchedule('get')],
  'schedule.update': [
    ({ schedule, data, ...spec }) => ['schedule', 'update', schedule, ...flags({ ...spec, data: json(data) })],
  ],
  'schedule.cancel': [oneSchedule('cancel')],
  'schedule.pause': [oneSchedule('pause')],
  'schedule.resume': [oneSchedule('resume')],
  'schedule.trigger': [oneSchedule('trigger')],
  'diagnosis.get': '`doctor` prints what it finds wrong, from this and from the machine',
};

/** Commands that run no operation whose answer they print, and why. */
export const OTHER_COMMANDS: Readonly<Record<string, string>> = {
  'backup create': 'works on NATS itself',
  'backup restore': 'works on NATS itself',
  'backup verify': 'works on a folder',
  build: 'works on this machine',
  'config show': 'works on this machine',
  'context add': 'works on this machine',
  'context list': 'works on this machine',
  'context remove': 'works on this machine',
  'context show': 'works on this machine',
  'context use': 'works on this machine',
  dev: 'goes on until it is stopped',
  doctor: 'prints its findings',
  'execution replay': 'runs the job on this machine; with --to-queue it sends an event, as replay.int.test.ts has it',
  init: 'works on this machine',
  'init-nats': 'works on this machine',
  test: 'works on this machine',
  types: 'works on this machine',
  up: 'goes on until it is stopped',
  'webhook test': 'asks the listener',
};
