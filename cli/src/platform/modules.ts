import { readFileSync } from 'node:fs';
import { JobicoError, type ModuleName } from '@jobico/contract';
import type { PlatformOptions } from './start-platform.ts';

/** A module that runs in this process. */
export interface RunningModule {
  name: ModuleName;
  url: string;
  /** Of ctl: the first admin's token, where it was made now. */
  adminToken?: string;
  stop: () => Promise<void>;
}

export interface ModuleOptions extends PlatformOptions {
  /** Keys that secrets are encrypted with, separated by line breaks or commas. */
  secretKeys?: string | undefined;
}

type Started = { url: string; adminToken?: string; stop(): Promise<void> };
type Start = (natsUrl: string, options: ModuleOptions) => Promise<Started>;

/** How each module starts; loaded only where it runs. */
const STARTS: Readonly<Record<ModuleName, Start>> = {
  async listener(natsUrl, { log, host = '127.0.0.1', listenerPort = 0, version = ownVersion(), ...access }) {
    const { startListener } = await import('@jobico/listener');
    const { auth, natsCreds, durability, secretKeys, corsOrigins, accessLog } = access;
    const options = { natsUrl, natsCreds, durability, secretKeys, corsOrigins, accessLog, ...(auth && { auth }) };
    return await startListener({ ...options, log, host, port: listenerPort, version });
  },
  async executor(natsUrl, { log, host = '127.0.0.1', executorPort = 0, version = ownVersion(), ...limits }) {
    const { startExecutor } = await import('@jobico/executor');
    const { natsCreds, maxSandboxes, sandboxMemoryMiB, graceMs, privateHttp, secretKeys } = limits;
    return await startExecutor({
      natsUrl,
      natsCreds,
      log,
      host,
      port: executorPort,
      version,
      secretKeys,
      ...(maxSandboxes !== undefined && { maxSandboxes }),
      ...(sandboxMemoryMiB !== undefined && { memoryMiB: sandboxMemoryMiB }),
      ...(graceMs !== undefined && { graceMs }),
      ...(privateHttp !== undefined && { isPrivateHttpGrantable: privateHttp === 'allow' }),
    });
  },
  async ctl(natsUrl, { log, host = '127.0.0.1', ctlPort = 0, version = ownVersion(), auth, ...access }) {
    const { startCtl } = await import('@jobico/ctl');
    const { natsCreds, natsOperator, durability, adminToken, secretKeys, metricsQueues, gateSpare } = access;
    const options = { natsUrl, natsCreds, natsOperator, durability, adminToken, secretKeys, ...(auth && { auth }) };
    return await startCtl({
      ...options,
      ...(metricsQueues !== undefined && { metricsQueues }),
      ...(gateSpare !== undefined && { gateSpare }),
      log,
      host,
      port: ctlPort,
      version,
    });
  },
};

export async function startModule(name: ModuleName, natsUrl: string, options: ModuleOptions): Promise<RunningModule> {
  try {
    const started = await STARTS[name](natsUrl, options);
    const { url, adminToken } = started;
    return { name, url, ...(adminToken !== undefined && { adminToken }), stop: () => started.stop() };
  } catch (error) {
    throw portInUse(error, name) ?? error;
  }
}

/** A listening socket's error, by the flag that takes another port. */
function portInUse(error: unknown, name: ModuleName): JobicoError | undefined {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code !== 'EADDRINUSE') return undefined;
  return new JobicoError('port-in-use', `port ${port ?? '?'} for the ${name} is in use already`, {
    hint: `Stop what uses it, or choose another port with --${name}-port; 0 takes a free one.`,
    cause: error,
  });
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
