import { join } from 'node:path';
import { JobicoError, MODULES, type ModuleName } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import { startModule, type RunningModule } from './modules.ts';
import { ensureOwnOperator, type OwnOperator } from './own-operator.ts';
import { findSecretKeys } from './secret-keys.ts';
import { startOwnNats, type OwnNats } from './own-nats.ts';

export interface PlatformOptions {
  /** Default: all of them. */
  modules?: readonly ModuleName[];
  /** Folder of what the platform keeps on this machine. */
  data: string;
  /** A NATS server that runs already; none is started then. */
  natsUrl?: string | undefined;
  /**
   * `durable`: what is answered with 202 is on the disk. A nats-server that is started syncs always then; another one must
   * do so by its own configuration. Default `standard`.
   */
  durability?: 'standard' | 'durable';
  /** Path of the `.creds` file that the modules connect with. */
  natsCreds?: string | undefined;
  /** Path of the `operator.json` with which ctl gives tenants credentials for NATS. */
  natsOperator?: string | undefined;
  /** `open` asks for no token, and a nats-server that is started for no credentials. Default open. */
  auth?: 'open' | 'tokens';
  /** With `auth: tokens`, an admin's token; left out, a first one is made. */
  adminToken?: string | undefined;
  /** Address that listener, ctl and the executor's /health bind. Default 127.0.0.1. */
  host?: string;
  /** Each port: default 0, a free one. */
  listenerPort?: number;
  ctlPort?: number;
  executorPort?: number;
  natsPort?: number;
  /** Default: as many as half of the memory holds. */
  maxSandboxes?: number | undefined;
  /** MiB of memory that one component may have. */
  sandboxMemoryMiB?: number;
  /** Whether a package may grant its jobs HTTP to private and loopback addresses. */
  privateHttp?: 'allow' | 'refuse';
  /** Keys that secrets are encrypted with, or the file that they are in. Left out: see `findSecretKeys`. */
  secretsKey?: string | undefined;
  secretsKeyFile?: string | undefined;
  /** Queues that ctl's metrics tell one by one. */
  metricsQueues?: number;
  /** Whether a process of the gate stands ready for the next component that is deployed. */
  gateSpare?: boolean;
  /** Origins of pages that may send events from browsers. */
  corsOrigins?: readonly string[];
  /** Which requests to the listener have a line in the log. */
  accessLog?: 'off' | 'refused' | 'all';
  /** What running events get on a stop, in milliseconds. */
  graceMs?: number;
  /** Version that the modules report. Default: this package's. */
  version?: string;
  log: Logger;
  /** Told of every step that takes time. */
  onStep?: (message: string) => void;
  /** Ends a start that is under way: it throws the signal's reason, and nothing is left running. */
  signal?: AbortSignal;
}

export type PlatformUrls = { nats: string } & { [M in ModuleName]?: string };

/** A platform in this process. States: running → stopping → stopped. */
export interface Platform extends AsyncDisposable {
  readonly urls: PlatformUrls;
  /** Folder of the credentials of its nats-server, where that takes nobody without. */
  readonly creds?: string;
  /** The first admin's token, where it was made now: nothing shows it again. */
  readonly adminToken?: string;
  /** Resolves with the reason when its nats-server has ended by itself; the platform is of no use then. Never rejects. */
  readonly failed: Promise<JobicoError>;
  /** Takes nothing more, lets what runs end, stops the modules, then its nats-server. May be called again. */
  stop(): Promise<void>;
}

/** In which order modules stop: who brings work in goes first. */
const STOP_ORDER: readonly ModuleName[] = ['listener', 'executor', 'ctl'];

/**
 * Starts a nats-server, unless NATS is there already, and the chosen modules in this process. Throws `port-in-use`,
 * `nats-server-missing`, `nats-server-failed`, `conflict` (another platform has the data folder), `disk-full`,
 * `unavailable`; nothing is left running then.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { modules = MODULES, signal } = options;
  const secretKeys = findSecretKeys(options);
  const operator = await ownOperator(options);
  const nats = await findNats(options, operator);
  const optionsOf = (module: ModuleName) => ({
    ...options,
    secretKeys,
    ...(operator && { natsCreds: operator.credsOf(module), natsOperator: operator.operatorFile }),
  });
  const starts = await Promise.allSettled(
    signal?.aborted ? [] : modules.map((module) => startModule(module, nats.url, optionsOf(module))),
  );
  const running = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= stopAll(running, options.log).then(() => nats.stop()));
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure || signal?.aborted) {
    await stop();
    throw failure?.reason ?? signal?.reason;
  }
  const urls = Object.fromEntries(running.map(({ name, url }) => [name, url])) as Omit<PlatformUrls, 'nats'>;
  const adminToken = running.find(({ name }) => name === 'ctl')?.adminToken;
  return {
    urls: { ...urls, nats: nats.url },
    ...(operator && { creds: operator.creds }),
    ...(adminToken !== undefined && { adminToken }),
    failed: nats.failed,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** What keeps others out of the nats-server that is started here. Tokens would guard nothing from whoever reaches it. */
async function ownOperator(options: PlatformOptions): Promise<OwnOperator | undefined> {
  const { data, natsUrl, natsCreds, natsOperator, auth = 'open', onStep } = options;
  if (natsUrl !== undefined || auth === 'open') return undefined;
  if (natsCreds !== undefined || natsOperator !== undefined) {
    const name = natsCreds === undefined ? 'JOBICO_NATS_OPERATOR' : 'JOBICO_NATS_CREDS';
    throw new JobicoError('config-invalid', `${name} is for a NATS server that runs already, and none is named`, {
      hint: 'Name it with JOBICO_NATS_URL; without, a nats-server is started that has credentials of its own.',
    });
  }
  return await ensureOwnOperator(data, onStep);
}

async function findNats(options: PlatformOptions, operator: OwnOperator | undefined): Promise<OwnNats> {
  const { data, natsUrl, natsPort = 0, durability, log, onStep, signal } = options;
  if (natsUrl === undefined) {
    const dataDir = join(data, 'nats');
    const port = natsPort;
    return await startOwnNats({ dataDir, port, durability, operator: operator?.server, log, onStep, signal });
  }
  return { url: natsUrl, failed: new Promise<never>(() => undefined), stop: () => Promise.resolve() };
}

async function stopAll(running: readonly RunningModule[], log: Logger): Promise<void> {
  for (const each of STOP_ORDER) {
    const module = running.find(({ name }) => name === each);
    await module
      ?.stop()
      .catch((error: unknown) => log.warn({ err: error, module: each }, 'module did not stop cleanly'));
  }
}
