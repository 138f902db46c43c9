import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class QueuePause extends PlatformCommand {
  static override summary = 'Start no job for the events of a queue until it is resumed.';
  static override description = `What runs ends; events wait, and are accepted as before. It outlasts restarts and deploys.`;
  static override examples = ['<%= config.bin %> <%= command.id %> default --tenant acme'];
  static override args = { queue: Args.string({ description: 'Id of the queue.', required: true }) };

  async run(): Promise<OperationOutput<'queue.pause'>> {
    const { args, flags } = await this.parse(QueuePause);
    const { describePause } = await import('../../show/describe-pause.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('queue.pause', { tenant, queue: args.queue });
    this.log(describePause('queue', output.queue, output));
    return output;
  }
}
