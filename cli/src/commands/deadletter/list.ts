import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class DeadLetterList extends PlatformCommand {
  static override summary = 'List the events that will not be retried, newest first.';
  static override examples = ['<%= config.bin %> <%= command.id %> --queue default'];
  static override flags = {
    queue: Flags.string({ description: 'Only of this queue.' }),
    event: Flags.string({ description: 'Only of this event.' }),
    limit: Flags.integer({ description: 'Items of a page.', min: 1, max: 1000, default: 50 }),
    after: Flags.string({ description: 'The `next` of the page before.' }),
  };

  async run(): Promise<OperationOutput<'deadletter.list'>> {
    const { flags } = await this.parse(DeadLetterList);
    const { deadLetterTable } = await import('../../show/tables.ts');
    const { given } = await import('../../session/given.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { queue, event, limit, after } = flags;
    const output = await client.call('deadletter.list', { tenant, limit, ...given({ queue, event, after }) });
    this.log(deadLetterTable(output.items));
    if (output.next !== undefined) this.log(`more: --after ${output.next}`);
    return output;
  }
}
