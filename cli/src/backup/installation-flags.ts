import { Flags } from '@oclif/core';
import { JobicoError } from '@jobico/contract';
import type { Installation } from '@jobico/ctl';

/** Which NATS is meant: one that runs, or the data of one that does not. */
export const installationFlags = {
  'nats-url': Flags.string({
    description: 'The NATS server of the installation. Default nats://127.0.0.1:4222.',
    env: 'JOBICO_NATS_URL',
  }),
  'nats-creds': Flags.string({ description: 'File with credentials on NATS.', env: 'JOBICO_NATS_CREDS' }),
  data: Flags.string({
    description: 'Data folder of a platform that does not run; a nats-server is started on it meanwhile.',
  }),
};

export interface InstallationFlags {
  'nats-url'?: string | undefined;
  'nats-creds'?: string | undefined;
  data?: string | undefined;
}

/** Runs something on an installation; where it is a data folder, with a nats-server that is stopped afterwards. */
export async function onInstallation<T>(
  flags: InstallationFlags,
  progress: (message: string) => void,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const { resolve, join } = await import('node:path');
  const { createLogger } = await import('@jobico/telemetry');
  const { 'nats-url': natsUrl, 'nats-creds': natsCreds, data } = flags;
  const log = createLogger({ level: 'error' });
  if (data === undefined) {
    return await work({ natsUrl: natsUrl ?? 'nats://127.0.0.1:4222', natsCreds, log });
  }
  if (natsUrl !== undefined) {
    throw new JobicoError('usage', '--data and --nats-url name two installations', { hint: 'Give one of them.' });
  }
  const { startOwnNats } = await import('../platform/own-nats.ts');
  const { findOwnOperator } = await import('../platform/own-operator.ts');
  const operator = await findOwnOperator(resolve(data));
  const dataDir = join(resolve(data), 'nats');
  const nats = await startOwnNats({ dataDir, port: 0, operator: operator?.server, log, onStep: progress });
  try {
    return await work({ natsUrl: nats.url, natsCreds: operator?.credsOf('ctl'), log });
  } finally {
    await nats.stop();
  }
}
