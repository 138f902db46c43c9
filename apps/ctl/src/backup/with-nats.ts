import { connectNats } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import { createBackup, type BackupOptions } from './create-backup.ts';
import type { Manifest } from './manifest.ts';
import { restoreBackup, type Restored, type RestoreOptions } from './restore-backup.ts';

/** The installation that is meant: its NATS. */
export interface Installation {
  natsUrl: string;
  natsCreds?: string | undefined;
  log: Logger;
}

/** {@link createBackup} of an installation, whether its modules run or not. */
export async function backUp(installation: Installation, options: BackupOptions): Promise<Manifest> {
  const nats = await connect(installation);
  try {
    return await createBackup(nats, options);
  } finally {
    await nats.close();
  }
}

/** {@link restoreBackup} into an installation. */
export async function restore(installation: Installation, options: RestoreOptions): Promise<Restored> {
  const nats = await connect(installation);
  try {
    return await restoreBackup(nats, options);
  } finally {
    await nats.close();
  }
}

const connect = ({ natsUrl: url, natsCreds: creds, log }: Installation) =>
  connectNats({ url, creds, name: 'jobico-backup', log });
