import { Flags } from '@oclif/core';
import { JobicoCommand } from '../jobico-command.ts';

export default class InitNats extends JobicoCommand {
  static override summary = 'Write what a nats-server needs that takes nobody without credentials.';
  static override description = [
    'For production: operator mode, with an account for the platform, and one for each tenant once it has credentials.',
    'It makes new keys, and so is done once for an installation. Nothing is started, and nothing changed elsewhere.',
  ].join('\n');
  static override examples = [
    '<%= config.bin %> <%= command.id %> --out /etc/jobico/nats --store /var/lib/nats',
    '<%= config.bin %> <%= command.id %> --out ./nats --json',
  ];
  static override flags = {
    out: Flags.string({ description: 'Folder to write to; it must not exist, or be empty.', default: './nats' }),
    store: Flags.string({
      description: 'Folder in which the nats-server keeps its data, as it sees it. Default: data in the folder above.',
    }),
  };

  async run(): Promise<{ files: { path: string; isSecret: boolean }[] }> {
    const { flags } = await this.parse(InitNats);
    const { join, resolve } = await import('node:path');
    const { createOperatorSetup } = await import('@jobico/ctl');
    const { writeNewFolder } = await import('../session/new-folder.ts');
    const folder = resolve(flags.out);
    const setup = await createOperatorSetup({ store: flags.store ?? join(folder, 'data') });
    await writeNewFolder(folder, setup);
    const files = setup.map(({ path, isSecret }) => ({ path: join(folder, path), isSecret }));
    for (const { path, isSecret } of files) this.log(`${isSecret ? 'secret' : 'public'}  ${path}`);
    const at = (path: string) => join(folder, path);
    this.log(`
Take ${at('keys/operator.nk')} away to a safe place: nothing needs it to run.
  next: nats-server -c ${at('nats.conf')}
        JOBICO_NATS_URL=nats://… JOBICO_NATS_CREDS=${at('creds/ctl.creds')} \\
        JOBICO_NATS_OPERATOR=${at('operator.json')} jobico up --modules ctl
        (listener and executor have creds of their own; together, they take those of ctl)`);
    return { files };
  }
}
