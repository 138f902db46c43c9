import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { filtersOf, letterArgs, letterFlags } from '../../dead-letters/filter-flags.ts';
import { PlatformCommand } from '../../platform-command.ts';

export default class DeadLetterList extends PlatformCommand {
  static override summary = 'List the events that will not be retried, newest first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --queue default',
    '<%= config.bin %> <%= command.id %> --job price-order --code deadline --since 2h',
  ];
  static override args = letterArgs;
  static override flags = {
    ...letterFlags,
    limit: Flags.integer({ description: 'Items of a page.', min: 1, max: 1000, default: 50 }),
    after: Flags.string({ description: 'The `next` of the page before.' }),
  };

  async run(): Promise<OperationOutput<'deadletter.list'>> {
    const { args, flags } = await this.parse(DeadLetterList);
    const { deadLetterTable } = await import('../../show/tables.ts');
    const { given } = await import('../../session/given.ts');
    const filters = await filtersOf(flags, args.ids);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { limit, after } = flags;
    const output = await client.call('deadletter.list', { tenant, ...filters, limit, ...given({ after }) });
    this.log(deadLetterTable(output.items));
    if (output.next !== undefined) this.log(`more: --after ${output.next}`);
    return output;
  }
}
