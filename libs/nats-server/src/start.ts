import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { JobicoError } from '@jobico/contract';
import type { DataDirLock } from './data-dir-lock.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { isExecutableFile } from './find-on-path.ts';
import { removePortsFiles } from './ports-file.ts';
import { untilReady } from './readiness.ts';
import { DEFAULT_MAXIMUM_PAYLOAD, OPEN_ACCOUNT, serverConfig } from './server-config.ts';
import type { NatsServerLog } from './server-output.ts';
import type { NatsServerEnd } from './server-process.ts';
import { spawnServer } from './server-process.ts';
import { dataDirFailure } from './start-failure.ts';
import { giveStreamsTo } from './stream-owner.ts';

export interface StartOptions {
  /** Path of a nats-server, see `provisionNatsServer`. */
  binary: string;
  /** Holds streams, the generated nats.conf and the lock; made where it is missing. */
  dataDir: string;
  /** Default 0: a free one; with `configFile` what it says. */
  port?: number;
  /** Default 127.0.0.1; with `configFile` what it says. */
  host?: string;
  /** Monitoring over HTTP on the same host; 0 takes a free port. Default: none. */
  httpPort?: number;
  /**
   * A nats.conf of your own in place of the generated one; what is given in these options goes before it. It names no
   * `store_dir`: that is `dataDir`.
   */
  configFile?: string;
  /** Largest message in bytes; default 8 MiB. Not with `configFile`. */
  maxPayload?: number;
  /** `always`, or an interval such as `2m` (the server's default). Not with `configFile`. */
  syncInterval?: string;
  /** Left out: the server takes whoever comes. Not with `configFile`. */
  operator?: OperatorMode;
  /** Default: the server's lines are dropped, but for the last few. */
  log?: NatsServerLog;
  /** The server's environment, which a `configFile` can refer to. Default `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** How long reading its streams back may take. Default 60,000. */
  startTimeoutMs?: number;
  /** How long `stop` waits before it kills. Default 10,000. */
  stopTimeoutMs?: number;
}

/** A server that takes nobody without credentials that are signed. */
export interface OperatorMode {
  /** The part of nats.conf that says whose signatures count. */
  config: string;
  /** Public key of the account that has the streams; what was stored before it was there becomes its own. */
  account: string;
}

/** A running nats-server. States: running → stopping → ended; `exited` tells of the last, whoever caused it. */
export interface NatsServer extends AsyncDisposable {
  /** e.g. `nats://127.0.0.1:4222` */
  url: string;
  port: number;
  pid: number;
  dataDir: string;
  /** e.g. `http://127.0.0.1:8222`; only with `httpPort`. */
  monitorUrl?: string;
  /** Resolves when the process has ended; never rejects. */
  exited: Promise<NatsServerEnd>;
  /** Ends it with SIGTERM, after `stopTimeoutMs` with SIGKILL; resolves when it has ended. May be called again. */
  stop: () => Promise<void>;
}

/**
 * Starts a nats-server with JetStream as a child of this process and waits until it takes connections.
 *
 * The child is not in this process's group: Ctrl-C reaches this process alone, which drains and then calls `stop`.
 * It ends with this process; also when that is killed, where the platform can (see `endWithParent`).
 * Throws `port-in-use`, `conflict` (another server has the data directory), `disk-full`, or `nats-server-failed` for
 * everything else, with the server's last lines in its details.
 */
export async function startNatsServer(options: StartOptions): Promise<NatsServer> {
  const dataDir = resolve(options.dataDir);
  if (!(await isExecutableFile(options.binary))) {
    throw new JobicoError('nats-server-failed', `${options.binary} is not an executable file`, {
      hint: 'Let JOBICO_NATS_SERVER name a nats-server that this user may run, or unset it to have one found.',
    });
  }
  const lock = await takeDataDir(dataDir, options.log);
  try {
    return await startLocked(options, dataDir, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startLocked(options: StartOptions, dataDir: string, lock: DataDirLock): Promise<NatsServer> {
  const { host = '127.0.0.1', env = process.env, stopTimeoutMs = 10_000 } = options;
  const configFile = prepare(options, dataDir);
  const server = await spawnServer(options.binary, serverArguments(options, configFile, dataDir), env, options.log);
  if (server.pid !== undefined) lock.serverStarted(server.pid);
  const { pid, port, url, monitorUrl } = await untilReady(server, {
    dataDir,
    host,
    port: options.port ?? 0,
    httpPort: options.httpPort,
    timeoutMs: options.startTimeoutMs ?? 60_000,
  });
  const exited = server.exited.then((end) => {
    lock.release();
    return end;
  });
  const stop = async () => {
    await server.stop(stopTimeoutMs);
    await exited;
  };
  return { url, port, pid, dataDir, ...(monitorUrl && { monitorUrl }), exited, stop, [Symbol.asyncDispose]: stop };
}

async function takeDataDir(dataDir: string, log: NatsServerLog | undefined): Promise<DataDirLock> {
  try {
    mkdirSync(dataDir, { recursive: true });
    return await lockDataDir(dataDir, (pid) => {
      log?.warn(`stopping nats-server ${pid}, which a run that was killed left on ${dataDir}`);
    });
  } catch (error) {
    throw dataDirFailure(dataDir, error);
  }
}

/** Clears what an earlier run left, writes the configuration, returns its file. */
function prepare(options: StartOptions, dataDir: string) {
  const { configFile, maxPayload = DEFAULT_MAXIMUM_PAYLOAD, syncInterval, operator } = options;
  try {
    removePortsFiles(dataDir);
    if (configFile !== undefined) return configFile;
    giveStreamsTo(dataDir, operator?.account ?? OPEN_ACCOUNT);
    const generated = join(dataDir, 'nats.conf');
    writeFileSync(generated, serverConfig({ maxPayload, syncInterval, access: operator?.config }), { mode: 0o600 });
    return generated;
  } catch (error) {
    throw dataDirFailure(dataDir, error);
  }
}

/** Flags win over the configuration file, so only what was asked for is given beside a file of the caller's own. */
function serverArguments(options: StartOptions, configFile: string, dataDir: string): string[] {
  const isOurs = options.configFile === undefined;
  const { host = isOurs ? '127.0.0.1' : undefined, port = isOurs ? 0 : undefined, httpPort } = options;
  return [
    `--config=${configFile}`,
    '--jetstream',
    `--store_dir=${dataDir}`,
    `--ports_file_dir=${dataDir}`,
    ...(host === undefined ? [] : [`--addr=${host}`]),
    ...(port === undefined ? [] : [`--port=${portFlag(port)}`]),
    ...(httpPort === undefined ? [] : [`--http_port=${portFlag(httpPort)}`]),
  ];
}

/** nats-server takes a free port for -1; its 0 means the default one. */
function portFlag(port: number): string {
  return String(port === 0 ? -1 : port);
}
