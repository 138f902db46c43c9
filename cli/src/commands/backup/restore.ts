import type { Restored } from '@jobico/ctl';
import { Args, Flags } from '@oclif/core';
import { installationFlags, onInstallation } from '../../backup/installation-flags.ts';
import { JobicoCommand } from '../../jobico-command.ts';

export default class BackupRestore extends JobicoCommand {
  static override summary = 'Bring a backup into an installation that is empty and whose modules are stopped.';
  static override description = `Everything is checked first; nothing changes where something is wrong. What waited in a queue runs once the
modules are started. They need the key of the secrets that the backup was made with.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> ./backup-2026-11-21 --data ./.jobico',
    '<%= config.bin %> <%= command.id %> ./backup-2026-11-21 --nats-url nats://nats:4222',
    '<%= config.bin %> <%= command.id %> ./backup --data ./.jobico --only DEADLETTERS --replace DEADLETTERS',
  ];
  static override args = { folder: Args.string({ description: 'The folder of the backup.', required: true }) };
  static override flags = {
    ...installationFlags,
    only: Flags.string({
      description: 'Restore this stream; may be given several times. Default all.',
      multiple: true,
      multipleNonGreedy: true,
    }),
    replace: Flags.string({
      description: 'Delete this stream for the one of the backup; may be given several times.',
      multiple: true,
      multipleNonGreedy: true,
    }),
  };

  async run(): Promise<Restored> {
    const { args, flags } = await this.parse(BackupRestore);
    const { resolve } = await import('node:path');
    const { restore } = await import('@jobico/ctl');
    const folder = resolve(args.folder);
    const onStep = (message: string) => console.error(message);
    const { only, replace } = flags;
    const restored = await onInstallation(flags, onStep, (installation) =>
      restore(installation, { folder, only, replace, onStep }),
    );
    const messages = restored.streams.reduce((sum, stream) => sum + stream.messages, 0);
    this.log(`restored ${restored.streams.length} streams with ${messages} messages`);
    if (restored.completed > 0) this.log(`  events that were on their way meanwhile: ${restored.completed}`);
    this.log(flags.data === undefined ? '  next: start the modules' : `  next: jobico up --data ${flags.data}`);
    return restored;
  }
}
