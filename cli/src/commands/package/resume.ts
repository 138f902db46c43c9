import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class PackageResume extends PlatformCommand {
  static override summary = 'Go on with a package that was paused.';
  static override description = `Events that waited run on the version that is live now, in their order, with all their attempts.`;
  static override examples = ['<%= config.bin %> <%= command.id %> shop --tenant acme'];
  static override args = { package: Args.string({ description: 'Id of the package.', required: true }) };

  async run(): Promise<OperationOutput<'package.resume'>> {
    const { args, flags } = await this.parse(PackageResume);
    const { describePause } = await import('../../show/describe-pause.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('package.resume', { tenant, package: args.package });
    this.log(describePause('package', output.package, output, output.queues));
    return output;
  }
}
