import { Args, Flags } from '@oclif/core';
import { JobicoCommand } from '../jobico-command.ts';

const port = (what: string, usual: number) =>
  Flags.integer({
    description: `Port of ${what}. Default ${usual}, or a free one where that is taken.`,
    min: 0,
    max: 65_535,
  });

export default class Dev extends JobicoCommand {
  static override summary = 'Work on a package: a platform of its own, and every save is live.';
  static override description = `Starts the platform with its data in .jobico/dev beside the package, builds and deploys the package, and does so again whenever one of its files changes. What does not build is shown in its place, and what was live stays live; events that wait are not lost. Shows what jobs log and what comes of events. On a terminal, s sends the sample events in events/<event>.json, r builds all again, q ends.
With --json each thing that happens is one line.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> shop/ --send',
    '<%= config.bin %> <%= command.id %> --listener-port 0 --ctl-port 0 --nats-port 0 --json',
  ];
  static override args = {
    package: Args.string({ description: 'Folder of the package, or its file. Default: this folder.', default: '.' }),
  };
  static override flags = {
    send: Flags.boolean({ description: 'Send the sample events once the package is live.', default: false }),
    data: Flags.string({ description: 'Folder of what the platform keeps. Default .jobico/dev beside the package.' }),
    'listener-port': port('the listener', 8080),
    'ctl-port': port('the control plane', 8090),
    'nats-port': port('the nats-server', 4222),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Dev);
    const { findPackageFile } = await import('../build/find-package.ts');
    const { startDevPlatform } = await import('../dev/dev-platform.ts');
    const { createDevView } = await import('../dev/dev-view.ts');
    const { KEYS_HELP } = await import('../dev/dev-keys.ts');
    const { runDev } = await import('../dev/run-dev.ts');
    const file = await findPackageFile(args.package);
    const isJson = this.jsonEnabled();
    const say = (message: string) => process.stderr.isTTY && !isJson && console.error(message);
    const { createBuilder } = await import('@jobico/sdk/build');
    const builder = createBuilder();
    // While the platform starts. What is wrong with it is the first build's to say, if there is one that needs it.
    builder.prepare().catch(() => undefined);
    const started = await startDevPlatform(file, flags, say);
    if (started === undefined) return;
    const { platform, stop } = started;
    const view = createDevView(isJson);
    try {
      view.ready(platform.urls);
      if (process.stdin.isTTY) say(`  keys      ${KEYS_HELP}`);
      await runDev({ file, builder, ctlUrl: platform.urls.ctl ?? '', view, sendAtStart: flags.send, stop });
      say('stopping …');
    } finally {
      await builder.close();
      await started.end();
    }
  }
}
