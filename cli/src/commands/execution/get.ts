import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class ExecutionGet extends PlatformCommand {
  static override summary = 'Show one execution with all that is recorded of it.';
  static override examples = ['<%= config.bin %> <%= command.id %> 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f'];
  static override args = { id: Args.string({ description: 'Id of the execution.', required: true }) };

  async run(): Promise<OperationOutput<'execution.get'>> {
    const { args, flags } = await this.parse(ExecutionGet);
    const { describeExecution } = await import('../../show/describe-execution.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const execution = await client.call('execution.get', { tenant, execution: args.id });
    this.log(describeExecution(execution));
    return execution;
  }
}
