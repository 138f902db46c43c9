import type { OperationOutput } from '@jobico/contract';
import { PlatformCommand } from '../../platform-command.ts';

export default class QueueList extends PlatformCommand {
  static override summary = 'List the queues of a tenant, and what waits in them.';
  static override examples = ['<%= config.bin %> <%= command.id %> --tenant acme'];

  async run(): Promise<OperationOutput<'queue.list'>> {
    const { flags } = await this.parse(QueueList);
    const { queueTable } = await import('../../show/queue-tables.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('queue.list', { tenant });
    this.log(queueTable(tenant, output.items));
    return output;
  }
}
