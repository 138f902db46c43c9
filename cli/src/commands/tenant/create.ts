import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class TenantCreate extends PlatformCommand {
  static override summary = 'Make a tenant known, so that tokens can be given for it.';
  static override description = "An admin's. A deploy by an admin makes the tenant of its package too.";
  static override examples = ['<%= config.bin %> <%= command.id %> acme'];
  static override args = {
    tenant: Args.string({ description: 'Its id: lower-case letters, digits and dashes.', required: true }),
  };

  async run(): Promise<OperationOutput<'tenant.create'>> {
    const { args, flags } = await this.parse(TenantCreate);
    const client = await this.client(flags);
    const output = await client.call('tenant.create', { tenant: args.tenant });
    this.log(`created ${output.id}\n  next: jobico token create --tenant ${output.id} --role owner`);
    return output;
  }
}
