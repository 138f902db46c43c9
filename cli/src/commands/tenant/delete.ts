import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class TenantDelete extends PlatformCommand {
  static override summary = 'Remove a tenant and all that is kept for it.';
  static override description = [
    "An admin's. Its packages have to be undeployed first.",
    'Its files, key-value data, records, dead letters and tokens are gone then.',
    'Asks first, where somebody is at a terminal.',
  ].join('\n');
  static override examples = [
    '<%= config.bin %> <%= command.id %> acme',
    '<%= config.bin %> <%= command.id %> acme --yes',
  ];
  static override args = { tenant: Args.string({ description: 'The tenant.', required: true }) };
  static override flags = { yes: Flags.boolean({ char: 'y', description: 'Do not ask.', default: false }) };

  async run(): Promise<OperationOutput<'tenant.delete'> | undefined> {
    const { args, flags } = await this.parse(TenantDelete);
    const { confirm } = await import('../../session/confirm.ts');
    const client = await this.client(flags);
    const { tenant } = args;
    await client.call('tenant.get', { tenant });
    if (!flags.yes && !(await confirm(`Remove tenant ${tenant} with everything that is kept for it?`))) {
      this.log('Nothing was removed.');
      return undefined;
    }
    const output = await client.call('tenant.delete', { tenant });
    this.log(`removed ${output.id}`);
    return output;
  }
}
