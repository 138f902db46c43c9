import { join } from 'node:path';
import { MODULES, type ModuleName } from '@jobico/contract';
import { boolean, integer, oneOf, path, port, setting, text } from './setting.ts';

function modules(list: string): readonly ModuleName[] {
  const names = list.split(',').map((name) => name.trim());
  return names.map(oneOf(MODULES));
}

/** Every setting of the platform, with the default of each. A port of 0 is a free one. */
export const SETTINGS = {
  data: setting('JOBICO_DATA', 'Folder of what the platform keeps on this machine', join('.', '.jobico'), path),
  modules: setting<readonly ModuleName[]>('JOBICO_MODULES', 'Modules to run, separated by commas', MODULES, modules),
  host: setting('JOBICO_HOST', 'Address that listener and ctl bind', '127.0.0.1', text),
  listenerPort: setting('JOBICO_LISTENER_PORT', 'Port of the listener', 8080, port),
  ctlPort: setting('JOBICO_CTL_PORT', 'Port of the control plane', 8090, port),
  executorPort: setting('JOBICO_EXECUTOR_PORT', "Port of the executor's /health and /metrics", 0, port),
  natsPort: setting('JOBICO_NATS_PORT', 'Port of the nats-server that is started', 4222, port),
  natsUrl: setting<string | undefined>(
    'JOBICO_NATS_URL',
    'A NATS server that runs already; none is started then',
    undefined,
    text,
  ),
  durability: setting<'standard' | 'durable'>(
    'JOBICO_DURABILITY',
    'What 202 promises. durable: the event is on the disk, and survives a power cut, if NATS syncs always, as the ' +
      'nats-server that is started does then; standard: it survives the end of every process. The same for every module',
    'standard',
    oneOf(['standard', 'durable']),
  ),
  auth: setting<'open' | 'tokens'>(
    'JOBICO_AUTH',
    'tokens: nothing without one; open: everything to whoever reaches it, on loopback only, and not in production',
    'open',
    oneOf(['open', 'tokens']),
    { production: 'tokens' },
  ),
  adminToken: setting<string | undefined>(
    'JOBICO_ADMIN_TOKEN',
    "An admin's token that ctl accepts; left out, the first start with JOBICO_AUTH=tokens makes one and shows it",
    undefined,
    text,
    { isSecret: true },
  ),
  natsCreds: setting<string | undefined>(
    'JOBICO_NATS_CREDS',
    'File with the credentials that the modules have on NATS, as `jobico init-nats` writes them',
    undefined,
    path,
  ),
  natsOperator: setting<string | undefined>(
    'JOBICO_NATS_OPERATOR',
    'The operator.json of `jobico init-nats`, with which ctl gives tenants credentials for NATS',
    undefined,
    path,
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
  logConsole: setting<boolean | undefined>(
    'JOBICO_LOG_CONSOLE',
    'Whether logs go to standard error; left out, where they go to no file',
    undefined,
    boolean,
  ),
  logCaller: setting('JOBICO_LOG_CALLER', 'Whether log lines name the file and line that wrote them', false, boolean),
  logTime: setting('JOBICO_LOG_TIME', 'Whether log lines have their time', true, boolean),
  logFileMaxMiB: setting(
    'JOBICO_LOG_FILE_MAX_MIB',
    'Size at which a log file is put aside and a new one begins',
    100,
    integer(1, 10_000),
  ),
  logFileBackups: setting('JOBICO_LOG_FILE_BACKUPS', 'Log files that are kept aside', 10, integer(0, 1000)),
  logFileMaxDays: setting('JOBICO_LOG_FILE_MAX_DAYS', 'Age at which they are removed', 24, integer(1, 3650)),
  diagnosticsPort: setting<number | undefined>(
    'JOBICO_DIAGNOSTICS_PORT',
    'Port on 127.0.0.1 for CPU profiles and heap snapshots of this process; left out, there are none',
    undefined,
    port,
  ),
  metricsQueues: setting(
    'JOBICO_METRICS_QUEUES',
    "Queues that ctl's /metrics tells one by one, by tenant; 0 tells no names",
    100,
    integer(0, 10_000),
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
    { production: 'refuse' },
  ),
  secretsKey: setting<string | undefined>(
    'JOBICO_SECRETS_KEY',
    'Key that secrets are encrypted with, 32 bytes in base64; after a comma, older ones',
    undefined,
    text,
    { isSecret: true },
  ),
  secretsKeyFile: setting<string | undefined>(
    'JOBICO_SECRETS_KEY_FILE',
    'File with that key, and the older ones on further lines',
    undefined,
    path,
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
export const OTHER_NAMES = [
  'JOBICO_URL',
  'JOBICO_TENANT',
  'JOBICO_TOKEN',
  'JOBICO_CONFIG',
  'JOBICO_CONTEXT',
  'JOBICO_NATS_SERVER',
  'JOBICO_NATS_RELEASE_URL',
  'JOBICO_TEST_NATS',
];
