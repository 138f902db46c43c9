import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class PackagePause extends PlatformCommand {
  static override summary = 'Start no job of a package until it is resumed.';
  static override description = `What runs ends; events wait, and are accepted as before. It outlasts restarts and deploys.
Another package's events in a queue that both use go on, unless the queue is strict: there they wait behind.`;
  static override examples = ['<%= config.bin %> <%= command.id %> shop --tenant acme'];
  static override args = { package: Args.string({ description: 'Id of the package.', required: true }) };

  async run(): Promise<OperationOutput<'package.pause'>> {
    const { args, flags } = await this.parse(PackagePause);
    const { describePause } = await import('../../show/describe-pause.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('package.pause', { tenant, package: args.package });
    this.log(describePause('package', output.package, output, output.queues));
    return output;
  }
}
