import { join, resolve } from 'node:path';
import { JobicoError, MODULES, nearest, shown, type Fault, type ModuleName } from '@jobico/contract';
import { readEnvironment, type Environment } from './env-files.ts';

/** How a setting is written in the environment, and what it means. */
interface Setting<T> {
  name: string;
  description: string;
  fallback: T;
  /** Throws with what is allowed. */
  parse(text: string): T;
}

const setting = <T>(name: string, description: string, fallback: T, parse: (text: string) => T): Setting<T> => ({
  name,
  description,
  fallback,
  parse,
});

function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= minimum && value <= maximum && text.trim() !== '') return value;
    throw new Error(`an integer from ${minimum} to ${maximum}`);
  };
}

function oneOf<T extends string>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    throw new Error(values.join(', '));
  };
}

const text = (value: string) => value;
const port = integer(0, 65_535);

function modules(list: string): readonly ModuleName[] {
  const names = list.split(',').map((name) => name.trim());
  return names.map(oneOf(MODULES));
}

/** Every setting of the platform, with the default of each. A port of 0 is a free one. */
export const SETTINGS = {
  data: setting('JOBICO_DATA', 'Folder of what the platform keeps on this machine', join('.', '.jobico'), (path) =>
    resolve(path),
  ),
  modules: setting<readonly ModuleName[]>('JOBICO_MODULES', 'Modules to run, separated by commas', MODULES, modules),
  host: setting('JOBICO_HOST', 'Address that listener and ctl bind', '127.0.0.1', text),
  listenerPort: setting('JOBICO_LISTENER_PORT', 'Port of the listener', 8080, port),
  ctlPort: setting('JOBICO_CTL_PORT', 'Port of the control plane', 8090, port),
  executorPort: setting('JOBICO_EXECUTOR_PORT', "Port of the executor's /health", 0, port),
  natsPort: setting('JOBICO_NATS_PORT', 'Port of the nats-server that is started', 4222, port),
  natsUrl: setting<string | undefined>(
    'JOBICO_NATS_URL',
    'A NATS server that runs already; none is started then',
    undefined,
    text,
  ),
  corsOrigins: setting<readonly string[]>(
    'JOBICO_CORS_ORIGINS',
    'Origins of pages that may send events from browsers, separated by commas; * for all',
    [],
    (list) =>
      list.split(',').map((each) => {
        const origin = each.trim();
        if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) return origin;
        throw new Error('origins such as https://shop.example, separated by commas, or *');
      }),
  ),
  accessLog: setting<'off' | 'refused' | 'all'>(
    'JOBICO_ACCESS_LOG',
    'Which requests to the listener have a line in the log',
    'off',
    oneOf(['off', 'refused', 'all']),
  ),
  logLevel: setting(
    'JOBICO_LOG_LEVEL',
    'Least severe level that is logged',
    'info',
    oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  ),
  logFile: setting<string | undefined>(
    'JOBICO_LOG_FILE',
    'File for the logs, instead of standard error',
    undefined,
    text,
  ),
  maxSandboxes: setting<number | undefined>(
    'JOBICO_MAX_SANDBOXES',
    'Sandbox processes that may live at once; left out, as many as half of the memory holds',
    undefined,
    integer(1, 1000),
  ),
  sandboxMemoryMiB: setting('JOBICO_SANDBOX_MEMORY_MIB', 'Memory that one component may have', 64, integer(4, 4096)),
  privateHttp: setting<'allow' | 'refuse'>(
    'JOBICO_PRIVATE_HTTP',
    'Whether a package may grant its jobs HTTP to private and loopback addresses; refuse where strangers deploy',
    'allow',
    oneOf(['allow', 'refuse']),
  ),
  secretsKey: setting<string | undefined>(
    'JOBICO_SECRETS_KEY',
    'Key that secrets are encrypted with, 32 bytes in base64; after a comma, older ones',
    undefined,
    text,
  ),
  secretsKeyFile: setting<string | undefined>(
    'JOBICO_SECRETS_KEY_FILE',
    'File with that key, and the older ones on further lines',
    undefined,
    (path) => resolve(path),
  ),
  graceMs: setting(
    'JOBICO_GRACE_MS',
    'What running events get when the platform stops, in milliseconds',
    10_000,
    integer(0, 600_000),
  ),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Config = { readonly [N in SettingName]: (typeof SETTINGS)[N]['fallback'] };

/** Names that others read: the command line and the tests. */
const OTHER_NAMES = [
  'JOBICO_URL',
  'JOBICO_TENANT',
  'JOBICO_TOKEN',
  'JOBICO_NATS_SERVER',
  'JOBICO_NATS_RELEASE_URL',
  'JOBICO_TEST_NATS',
];

/**
 * The configuration: `given` (from flags) over the environment over the `.env` files of `folder` over the defaults, as one
 * frozen object. Throws `config-invalid` with every fault at once; an unknown `JOBICO_…` name is one.
 */
export function loadConfig(given: Partial<Config>, environment: Environment, folder: string): Config {
  const all = readEnvironment(folder, environment);
  const faults: Fault[] = unknownNames(all);
  const entries = Object.entries(SETTINGS).map(([key, each]) => {
    const flag = given[key as SettingName];
    if (flag !== undefined) return [key, flag];
    const written = all[each.name];
    if (written === undefined || written === '') return [key, fallbackOf(key, each.fallback, all.APP_ENV)];
    try {
      return [key, each.parse(written)];
    } catch (error) {
      faults.push({
        path: `/${each.name}`,
        message: 'is not allowed',
        value: shown(written),
        allowed: (error as Error).message,
      });
      return [key, each.fallback];
    }
  });
  if (faults.length > 0) {
    throw new JobicoError('config-invalid', 'the configuration has faults', {
      faults,
      hint: 'They stand in the environment or in a .env file of this folder.',
    });
  }
  return Object.freeze(Object.fromEntries(entries) as Config);
}

/** Production takes the safe side where development takes the easy one. */
function fallbackOf(key: string, fallback: unknown, appEnv: string | undefined): unknown {
  return key === 'privateHttp' && appEnv === 'production' ? 'refuse' : fallback;
}

function unknownNames(environment: Environment): Fault[] {
  const known = [...Object.values(SETTINGS).map(({ name }) => name), ...OTHER_NAMES];
  const unknown = Object.keys(environment).filter((name) => name.startsWith('JOBICO_') && !known.includes(name));
  return unknown.map((name) => {
    const suggestion = nearest(name, known);
    return { path: `/${name}`, message: 'is no setting', ...(suggestion !== undefined && { suggestion }) };
  });
}
