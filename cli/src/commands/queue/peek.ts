import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { given } from '../../session/given.ts';

export default class QueuePeek extends PlatformCommand {
  static override summary = 'Show events that wait in a queue, and leave them there.';
  static override description = 'What is settled is not among them; `event list` shows that too.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> default',
    '<%= config.bin %> <%= command.id %> default --newest --limit 5',
    '<%= config.bin %> <%= command.id %> default --key c-1003 --json',
  ];
  static override args = { queue: Args.string({ description: 'Id of the queue.', required: true }) };
  static override flags = {
    newest: Flags.boolean({ description: 'The newest first, not the oldest.', default: false }),
    event: Flags.string({ description: 'Only this event, by its name.' }),
    key: Flags.string({ description: 'Only with this ordering key.' }),
    limit: Flags.integer({ description: 'Items of a page.', min: 1, max: 1000, default: 50 }),
    after: Flags.string({ description: 'The `next` of the page before.' }),
  };

  async run(): Promise<OperationOutput<'queue.peek'>> {
    const { args, flags } = await this.parse(QueuePeek);
    const { waitingTable } = await import('../../show/queue-tables.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { newest, event, key, limit, after } = flags;
    const order = newest ? 'newest' : 'oldest';
    const filters = given({ event, key, after });
    const output = await client.call('queue.peek', { tenant, queue: args.queue, order, limit, ...filters });
    this.log(waitingTable(output.items));
    if (output.next !== undefined) this.log(`more: --after ${output.next}`);
    return output;
  }
}
