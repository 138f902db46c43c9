import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class PackageVersions extends PlatformCommand {
  static override summary = 'List the versions of a package that can be brought back.';
  static override examples = ['<%= config.bin %> <%= command.id %> shop --tenant acme'];
  static override args = { package: Args.string({ description: 'Id of the package.', required: true }) };

  async run(): Promise<OperationOutput<'package.versions'>> {
    const { args, flags } = await this.parse(PackageVersions);
    const { versionTable } = await import('../../show/tables.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('package.versions', { tenant, package: args.package });
    this.log(versionTable(output.items));
    return output;
  }
}
