import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { given } from '../../session/given.ts';
import { storedFiltersOf, storedFlags } from '../../session/stored-filters.ts';

export default class EventList extends PlatformCommand {
  static override summary = 'List the events that a queue still holds, settled ones too, newest first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --queue default --since 2h',
    '<%= config.bin %> <%= command.id %> --queue default --event order-placed --key c-1003 --json',
  ];
  static override flags = {
    ...storedFlags,
    limit: Flags.integer({ description: 'Items of a page.', min: 1, max: 1000, default: 50 }),
    after: Flags.string({ description: 'The `next` of the page before.' }),
  };

  async run(): Promise<OperationOutput<'event.list'>> {
    const { flags } = await this.parse(EventList);
    const { storedTable } = await import('../../show/event-tables.ts');
    const filters = await storedFiltersOf(flags);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { limit, after } = flags;
    const output = await client.call('event.list', { tenant, ...filters, limit, ...given({ after }) });
    this.log(storedTable(output.items));
    if (output.next !== undefined) this.log(`more: --after ${output.next}`);
    return output;
  }
}
