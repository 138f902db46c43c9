import type { OperationOutput } from '@jobico/contract';
import { PlatformCommand } from '../../platform-command.ts';

export default class TenantList extends PlatformCommand {
  static override summary = 'List the tenants that your token lets you see.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<OperationOutput<'tenant.list'>> {
    const { flags } = await this.parse(TenantList);
    const { tenantTable } = await import('../../show/access-tables.ts');
    const client = await this.client(flags);
    const output = await client.call('tenant.list', {});
    this.log(tenantTable(output.items));
    return output;
  }
}
