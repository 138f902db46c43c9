import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createLogger } from '@jobico/telemetry';
import { readSettings } from '../platform/read-settings.ts';
import { startPlatform, type Platform } from '../platform/start-platform.ts';
import { catchStopSignals } from '../platform/stop-signals.ts';
import { portOr0 } from './free-port.ts';

export interface DevFlags {
  data?: string | undefined;
  'listener-port'?: number | undefined;
  'ctl-port'?: number | undefined;
  'nats-port'?: number | undefined;
}

export interface DevPlatform {
  platform: Platform;
  /** Aborts when the process is asked to stop, or the platform is of no use any more. */
  stop: AbortController;
  /** Stops the platform; throws why it failed, if it did. */
  end(): Promise<void>;
}

/** A platform for one package, with its data beside it; undefined if the process was asked to stop meanwhile. */
export async function startDevPlatform(
  file: string,
  flags: DevFlags,
  say: (message: string) => void,
): Promise<DevPlatform | undefined> {
  const data = resolve(flags.data ?? join(dirname(file), '.jobico', 'dev'));
  await mkdir(data, { recursive: true });
  // Not a part of the project: tools that look for sources leave it alone.
  await writeFile(join(data, '.gitignore'), '*\n');
  const ports = {
    'listener-port': flags['listener-port'] ?? (await portOr0(8080)),
    'ctl-port': flags['ctl-port'] ?? (await portOr0(8090)),
    'nats-port': flags['nats-port'] ?? (await portOr0(4222)),
  };
  const { logLevel, logFile, ...settings } = readSettings({ data, ...ports }, true);
  const log = createLogger({ level: logLevel, ...(logFile !== undefined && { file: logFile }) });
  const signals = catchStopSignals();
  const { signal } = signals;
  const platform = await startPlatform({ ...settings, log, onStep: say, signal, gateSpare: true }).catch(
    (error: unknown) => {
      if (signal.aborted) return undefined;
      signals.release();
      throw error;
    },
  );
  if (platform === undefined) return undefined;
  const stop = new AbortController();
  signal.addEventListener('abort', () => stop.abort(), { once: true });
  let failure: Error | undefined;
  void platform.failed.then((error) => {
    failure = error;
    stop.abort();
  });
  return {
    platform,
    stop,
    end: async () => {
      await platform.stop();
      signals.release();
      if (failure) throw failure;
    },
  };
}
