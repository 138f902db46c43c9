import type { SavedStream } from '@jobico/ctl';
import { Args } from '@oclif/core';
import { installationFlags, onInstallation } from '../../backup/installation-flags.ts';
import { JobicoCommand } from '../../jobico-command.ts';

interface Output {
  folder: string;
  streams: Omit<SavedStream, 'head'>[];
  skipped: { name: string; reason: string }[];
}

export default class BackupCreate extends JobicoCommand {
  static override summary = 'Save all that an installation holds into a folder, while it runs.';
  static override description = `Packages, files, tenants, tokens, secrets (encrypted as they are), schedules, queues, dead letters, records,
key-value data. The folder has its name only once all is written. The key of the secrets is not in it.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> ./backup-2026-11-21',
    '<%= config.bin %> <%= command.id %> ./backup --nats-url nats://nats:4222 --nats-creds ctl.creds',
    '<%= config.bin %> <%= command.id %> ./backup --data ./.jobico',
  ];
  static override args = {
    folder: Args.string({ description: 'The folder to make; not there yet, or empty.', required: true }),
  };
  static override flags = installationFlags;

  async run(): Promise<Output> {
    const { args, flags } = await this.parse(BackupCreate);
    const { resolve } = await import('node:path');
    const { backUp } = await import('@jobico/ctl');
    const { catchStopSignals } = await import('../../platform/stop-signals.ts');
    const folder = resolve(args.folder);
    const onStep = (message: string) => console.error(message);
    const signals = catchStopSignals();
    try {
      const manifest = await onInstallation(flags, onStep, (installation) =>
        backUp(installation, { folder, onStep, signal: signals.signal }),
      );
      const streams = manifest.streams.map(({ head: _head, ...stream }) => stream);
      const messages = streams.reduce((sum, stream) => sum + stream.messages, 0);
      this.log(`saved ${streams.length} streams with ${messages} messages to ${folder}`);
      for (const { name, reason } of manifest.skipped) this.log(`  not ${name}: ${reason}`);
      this.log(`  next: jobico backup verify ${args.folder}`);
      return { folder, streams, skipped: manifest.skipped };
    } finally {
      signals.release();
    }
  }
}
