import { readFileSync } from 'node:fs';
import { JobicoError, type ModuleName } from '@jobico/contract';
import type { PlatformOptions } from './start-platform.ts';

/** A module that runs in this process. */
export interface RunningModule {
  name: ModuleName;
  url: string;
  stop: () => Promise<void>;
}

export interface ModuleOptions extends PlatformOptions {
  /** Keys that secrets are encrypted with, separated by line breaks or commas. */
  secretKeys?: string | undefined;
}

type Start = (natsUrl: string, options: ModuleOptions) => Promise<{ url: string; stop(): Promise<void> }>;

/** How each module starts; loaded only where it runs. */
const STARTS: Readonly<Record<ModuleName, Start>> = {
  async listener(natsUrl, { log, host = '127.0.0.1', listenerPort = 0, version = ownVersion(), ...options }) {
    const { secretKeys, corsOrigins, accessLog } = options;
    const { startListener } = await import('@jobico/listener');
    return await startListener({ natsUrl, log, host, port: listenerPort, version, secretKeys, corsOrigins, accessLog });
  },
  async executor(natsUrl, { log, host = '127.0.0.1', executorPort = 0, version = ownVersion(), ...limits }) {
    const { startExecutor } = await import('@jobico/executor');
    const { maxSandboxes, sandboxMemoryMiB, graceMs, privateHttp, secretKeys } = limits;
    return await startExecutor({
      natsUrl,
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
  async ctl(natsUrl, { log, host = '127.0.0.1', ctlPort = 0, version = ownVersion(), secretKeys }) {
    const { startCtl } = await import('@jobico/ctl');
    return await startCtl({ natsUrl, log, host, port: ctlPort, version, secretKeys });
  },
};

export async function startModule(name: ModuleName, natsUrl: string, options: ModuleOptions): Promise<RunningModule> {
  try {
    const started = await STARTS[name](natsUrl, options);
    return { name, url: started.url, stop: () => started.stop() };
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
