import type { OperationOutput } from '@jobico/contract';
import { PlatformCommand } from '../../platform-command.ts';

export default class PackageList extends PlatformCommand {
  static override summary = 'List the packages of a tenant.';
  static override examples = ['<%= config.bin %> <%= command.id %> --tenant acme'];

  async run(): Promise<OperationOutput<'package.list'>> {
    const { flags } = await this.parse(PackageList);
    const { packageTable } = await import('../../show/tables.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('package.list', { tenant });
    this.log(packageTable(tenant, output.items));
    return output;
  }
}
