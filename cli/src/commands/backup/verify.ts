import type { SavedStream } from '@jobico/ctl';
import { Args } from '@oclif/core';
import { JobicoCommand } from '../../jobico-command.ts';

interface Output {
  folder: string;
  startedAt: string;
  finishedAt: string;
  streams: Omit<SavedStream, 'head'>[];
}

export default class BackupVerify extends JobicoCommand {
  static override summary = 'Check that a backup is as it was written. It needs no server.';
  static override examples = ['<%= config.bin %> <%= command.id %> ./backup-2026-11-21'];
  static override args = { folder: Args.string({ description: 'The folder of the backup.', required: true }) };

  async run(): Promise<Output> {
    const { args } = await this.parse(BackupVerify);
    const { resolve } = await import('node:path');
    const { verifyBackup } = await import('@jobico/ctl');
    const folder = resolve(args.folder);
    const onStep = (message: string) => process.stderr.isTTY && console.error(message);
    const manifest = await verifyBackup(folder, onStep);
    const { startedAt, finishedAt } = manifest;
    const streams = manifest.streams.map(({ head: _head, ...stream }) => stream);
    const bytes = streams.reduce((sum, stream) => sum + stream.bytes, 0);
    this.log(`the backup of ${startedAt} is whole: ${streams.length} streams, ${(bytes / 2 ** 20).toFixed(1)} MiB`);
    return { folder, startedAt, finishedAt, streams };
  }
}
