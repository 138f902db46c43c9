import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class ExecutionCancel extends PlatformCommand {
  static override summary = 'End an event that waits or runs, for good.';
  static override description = `It is recorded as cancelled: it is not tried again, takes no error route and leaves no dead letter; the next event of its key goes on. A job that runs is stopped where it is, and what it has done outside of the platform stays done. No executor is needed. Repeated, it answers the same; of an event that has ended otherwise it says so, with exit code 6.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f --tenant acme',
    '<%= config.bin %> <%= command.id %> order-1003 --tenant acme --json',
  ];
  static override args = {
    id: Args.string({
      description:
        'Id of the event, as `event send` and `queue peek` show it; or of an execution, as `execution list` does, and ' +
        '`recorder --follow` while it runs.',
      required: true,
    }),
  };

  async run(): Promise<OperationOutput<'execution.cancel'>> {
    const { args, flags } = await this.parse(ExecutionCancel);
    const { describeCancelled } = await import('../../show/describe-cancelled.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('execution.cancel', { tenant, execution: args.id });
    this.log(describeCancelled(output));
    return output;
  }
}
