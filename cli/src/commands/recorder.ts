import type { Client } from '@jobico/client';
import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../platform-command.ts';

export default class Recorder extends PlatformCommand {
  static override summary = 'Show what happened: the last executions with what they logged.';
  static override description =
    'With --follow also those that come, until Ctrl-C, and what an execution logs while it runs, if it runs for more ' +
    'than a quarter of a second. With --json one record a line then, of executions that have ended.';
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
      await this.#follow(client, tenant, flags.lines);
      return undefined;
    }
    if (flags.lines === 0) return { items: [] };
    const output = await client.call('execution.list', { tenant, limit: flags.lines });
    for (const line of output.items.toReversed().flatMap((item) => executionLines(item))) this.log(line);
    return output;
  }

  async #follow(client: Client, tenant: string, lines: number): Promise<void> {
    const { follow } = await import('../show/follow.ts');
    if (!this.jsonEnabled()) {
      const { createFollowView } = await import('../show/follow-view.ts');
      const view = createFollowView();
      for await (const item of follow(client, tenant, lines)) for (const line of view(item)) console.log(line);
      return;
    }
    const { neutraliseJson } = await import('../output/neutralise.ts');
    for await (const item of follow(client, tenant, lines)) {
      if ('execution' in item) console.log(neutraliseJson(JSON.stringify(item.execution)));
    }
  }
}
