import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class ExecutionLogs extends PlatformCommand {
  static override summary = 'Show what an execution logged.';
  static override examples = ['<%= config.bin %> <%= command.id %> 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f'];
  static override args = { id: Args.string({ description: 'Id of the execution.', required: true }) };

  async run(): Promise<OperationOutput<'execution.logs'>> {
    const { args, flags } = await this.parse(ExecutionLogs);
    const { logLines } = await import('../../show/describe-execution.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('execution.logs', { tenant, execution: args.id });
    for (const line of output.items.flatMap(logLines)) this.log(line);
    return output;
  }
}
