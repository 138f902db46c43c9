import type { OperationOutput } from '@jobico/contract';
import { PlatformCommand } from '../../platform-command.ts';

export default class SecretList extends PlatformCommand {
  static override summary = 'List the secrets of a tenant: names, never values.';
  static override examples = ['<%= config.bin %> <%= command.id %> --tenant acme'];

  async run(): Promise<OperationOutput<'secret.list'>> {
    const { flags } = await this.parse(SecretList);
    const { secretTable } = await import('../../show/secret-table.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('secret.list', { tenant });
    this.log(secretTable(tenant, output.items));
    return output;
  }
}
