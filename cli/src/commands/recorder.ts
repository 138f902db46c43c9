import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../platform-command.ts';

export default class Recorder extends PlatformCommand {
  static override summary = 'Show what happened: the last executions with what they logged.';
  static override description = 'With --follow also those that come, until Ctrl-C; with --json one object a line then.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --lines 20',
    '<%= config.bin %> <%= command.id %> --follow',
  ];
  static override flags = {
    lines: Flags.integer({ char: 'n', description: 'How many of the last ones.', min: 0, max: 1000, default: 10 }),
    follow: Flags.boolean({ char: 'f', description: 'Go on with new ones as they come.', default: false }),
  };

  async run(): Promise<OperationOutput<'execution.list'> | undefined> {
    const { flags } = await this.parse(Recorder);
    const { executionLines } = await import('../show/describe-execution.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    if (flags.follow) {
      const { follow } = await import('../show/follow.ts');
      const { neutraliseJson } = await import('../output/neutralise.ts');
      for await (const execution of follow(client, tenant, flags.lines)) {
        if (this.jsonEnabled()) console.log(neutraliseJson(JSON.stringify(execution)));
        else console.log(executionLines(execution).join('\n'));
      }
      return undefined;
    }
    if (flags.lines === 0) return { items: [] };
    const output = await client.call('execution.list', { tenant, limit: flags.lines });
    for (const line of output.items.toReversed().flatMap(executionLines)) this.log(line);
    return output;
  }
}
