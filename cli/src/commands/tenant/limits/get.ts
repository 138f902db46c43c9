import type { OperationOutput } from '@jobico/contract';
import { PlatformCommand } from '../../../platform-command.ts';

export default class TenantLimitsGet extends PlatformCommand {
  static override summary = 'Show what a tenant may send.';
  static override examples = ['<%= config.bin %> <%= command.id %> --tenant acme'];

  async run(): Promise<OperationOutput<'tenant.limits.get'>> {
    const { flags } = await this.parse(TenantLimitsGet);
    const { limitLines } = await import('../../../show/limit-lines.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const limits = await client.call('tenant.limits.get', { tenant });
    for (const line of limitLines(tenant, limits)) this.log(line);
    return limits;
  }
}
