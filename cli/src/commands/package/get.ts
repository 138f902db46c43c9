import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { given } from '../../session/given.ts';

export default class PackageGet extends PlatformCommand {
  static override summary = 'Show a package as it is live, or an earlier version of it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> shop --tenant acme',
    '<%= config.bin %> <%= command.id %> shop --version 2',
  ];
  static override args = { package: Args.string({ description: 'Id of the package.', required: true }) };
  static override flags = { version: Flags.integer({ description: 'An earlier version of the package.', min: 1 }) };

  async run(): Promise<OperationOutput<'package.get'>> {
    const { args, flags } = await this.parse(PackageGet);
    const { describeVersion } = await import('../../show/describe-version.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('package.get', {
      tenant,
      package: args.package,
      ...given({ version: flags.version }),
    });
    this.log(describeVersion(output));
    return output;
  }
}
