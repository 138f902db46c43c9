import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { given } from '../../session/given.ts';

type Output = OperationOutput<'package.list'> | OperationOutput<'package.get'>;

export default class ShowDeploy extends PlatformCommand {
  static override summary = 'Show what is deployed: the packages of a tenant, or one of them as it is live.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> acme',
    '<%= config.bin %> <%= command.id %> acme shop',
    '<%= config.bin %> <%= command.id %> acme shop --version 2',
  ];
  static override args = {
    tenant: Args.string({ description: 'The tenant.' }),
    id: Args.string({ description: 'Id of the package.' }),
  };

  static override flags = {
    version: Flags.integer({ description: 'An earlier version of the package.', min: 1 }),
  };

  async run(): Promise<Output> {
    const { args, flags } = await this.parse(ShowDeploy);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, { ...flags, tenant: args.tenant ?? flags.tenant });
    if (args.id !== undefined) {
      const { describeVersion } = await import('../../show/describe-version.ts');
      const version = await client.call('package.get', {
        tenant,
        package: args.id,
        ...given({ version: flags.version }),
      });
      this.log(describeVersion(version));
      return version;
    }
    const { packageTable } = await import('../../show/tables.ts');
    const output = await client.call('package.list', { tenant });
    this.log(packageTable(tenant, output.items));
    return output;
  }
}
