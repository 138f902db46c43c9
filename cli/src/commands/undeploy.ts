import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../platform-command.ts';

export default class Undeploy extends PlatformCommand {
  static override summary = 'Remove a package.';
  static override description = 'Its events are taken no more; those that still wait become dead letters.';
  static override examples = ['<%= config.bin %> <%= command.id %> shop --tenant acme'];
  static override args = { package: Args.string({ description: 'Id of the package.', required: true }) };

  async run(): Promise<OperationOutput<'package.undeploy'>> {
    const { args, flags } = await this.parse(Undeploy);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('package.undeploy', { tenant, package: args.package });
    this.log(`${output.tenant}/${output.package} (version ${output.version}) is removed`);
    return output;
  }
}
