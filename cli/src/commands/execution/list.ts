import type { ExecutionStatus, OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

const STATUSES = ['ok', 'retry', 'failed', 'dead', 'cancelled'] as const satisfies readonly ExecutionStatus[];

export default class ExecutionList extends PlatformCommand {
  static override summary = 'List executions, newest first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --limit 20',
    '<%= config.bin %> <%= command.id %> --status failed --job price-order',
    '<%= config.bin %> <%= command.id %> --event 0193c3f2-…',
  ];
  static override flags = {
    package: Flags.string({ description: 'Only of this package.' }),
    job: Flags.string({ description: 'Only of this job.' }),
    queue: Flags.string({ description: 'Only of this queue.' }),
    status: Flags.option({ options: STATUSES, description: 'Only with this status.' })(),
    event: Flags.string({ description: 'Only of the event with this id.' }),
    limit: Flags.integer({ description: 'Items of a page.', min: 1, max: 1000, default: 50 }),
    after: Flags.string({ description: 'The `next` of the page before.' }),
  };

  async run(): Promise<OperationOutput<'execution.list'>> {
    const { flags } = await this.parse(ExecutionList);
    const { executionTable } = await import('../../show/tables.ts');
    const { given } = await import('../../session/given.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { package: id, job, queue, status, event, limit, after } = flags;
    const filters = given({ package: id, job, queue, status, event, after });
    const output = await client.call('execution.list', { tenant, limit, ...filters });
    this.log(executionTable(output.items));
    if (output.next !== undefined) this.log(`more: --after ${output.next}`);
    return output;
  }
}
