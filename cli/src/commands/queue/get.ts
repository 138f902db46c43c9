import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class QueueGet extends PlatformCommand {
  static override summary = 'Show a queue: its order, its limits, what waits in it.';
  static override examples = ['<%= config.bin %> <%= command.id %> default --tenant acme'];
  static override args = { queue: Args.string({ description: 'Id of the queue.', required: true }) };

  async run(): Promise<OperationOutput<'queue.get'>> {
    const { args, flags } = await this.parse(QueueGet);
    const { describeQueue } = await import('../../show/queue-tables.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('queue.get', { tenant, queue: args.queue });
    this.log(describeQueue(output));
    return output;
  }
}
