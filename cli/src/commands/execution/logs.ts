import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class ExecutionLogs extends PlatformCommand {
  static override summary = 'Show what an execution logged.';
  static override description =
    'With --follow also what it logs from now on, until its end: for an execution that still runs, whose id ' +
    '`recorder --follow` shows. With --json one object a line then.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f',
    '<%= config.bin %> <%= command.id %> 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f --follow',
  ];
  static override args = { id: Args.string({ description: 'Id of the execution.', required: true }) };
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'Go on until it ends.', default: false }),
  };

  async run(): Promise<OperationOutput<'execution.logs'> | undefined> {
    const { args, flags } = await this.parse(ExecutionLogs);
    const { logLines } = await import('../../show/describe-execution.ts');
    const client = await this.client(flags);
    const input = { tenant: await this.tenant(client, flags), execution: args.id };
    if (!flags.follow) {
      const output = await client.call('execution.logs', input);
      for (const line of output.items.flatMap(logLines)) this.log(line);
      return output;
    }
    const { followLogs } = await import('../../show/follow-logs.ts');
    const { neutraliseJson } = await import('../../output/neutralise.ts');
    this.progress(`Following execution ${args.id} until it ends, or Ctrl-C.`);
    const onReplaced = (id: string) => this.logToStderr(`It was cut short: its event ran again as execution ${id}.`);
    for await (const line of followLogs(client, input, onReplaced)) {
      if (this.jsonEnabled()) console.log(neutraliseJson(JSON.stringify(line)));
      else for (const text of logLines(line)) console.log(text);
    }
    return undefined;
  }
}
