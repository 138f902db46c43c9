import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../../../platform-command.ts';

const most = (description: string) => Flags.string({ description, helpValue: '<number>|none' });

export default class TenantLimitsSet extends PlatformCommand {
  static override summary = 'Limit what a tenant may send.';
  static override description = `Limits that are not named stay as they are; none takes one away. All listeners together keep to them, within a second, and event send does too.
Beyond a rate, or with too many events waiting, a request is answered with 429 and when to try again.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --tenant acme --events-per-second 100',
    '<%= config.bin %> <%= command.id %> --tenant acme --event-bytes 65536 --pending-events 100000',
    '<%= config.bin %> <%= command.id %> --tenant acme --events-per-second none',
  ];
  static override flags = {
    'events-per-second': most('Events in a second.'),
    'bytes-per-second': most('Bytes of payloads in a second.'),
    'event-bytes': most('Bytes of one payload, up to 1 MiB.'),
    'pending-events': most('Events that may wait in the queues of the tenant.'),
  };

  async run(): Promise<OperationOutput<'tenant.limits.set'>> {
    const { flags } = await this.parse(TenantLimitsSet);
    const { readLimits } = await import('../../../session/read-limits.ts');
    const { limitLines } = await import('../../../show/limit-lines.ts');
    const changes = readLimits(flags);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const limits = await client.call('tenant.limits.set', { tenant, ...changes });
    for (const line of limitLines(tenant, limits)) this.log(line);
    return limits;
  }
}
