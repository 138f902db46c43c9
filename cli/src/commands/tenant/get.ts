import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class TenantGet extends PlatformCommand {
  static override summary = 'Show a tenant.';
  static override examples = ['<%= config.bin %> <%= command.id %> acme'];
  static override args = { tenant: Args.string({ description: 'The tenant. Default: that of --tenant.' }) };

  async run(): Promise<OperationOutput<'tenant.get'>> {
    const { args, flags } = await this.parse(TenantGet);
    const client = await this.client(flags);
    const tenant = args.tenant ?? (await this.tenant(client, flags));
    const output = await client.call('tenant.get', { tenant });
    const { id, createdAt, packages, tokens } = output;
    this.log(`${id}\n  since     ${createdAt}\n  packages  ${packages}\n  tokens    ${tokens} valid`);
    return output;
  }
}
