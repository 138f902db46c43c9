import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class QueueResume extends PlatformCommand {
  static override summary = 'Go on with a queue that was paused.';
  static override description = `Events that waited run on the version that is live now, in their order, with all their attempts.`;
  static override examples = ['<%= config.bin %> <%= command.id %> default --tenant acme'];
  static override args = { queue: Args.string({ description: 'Id of the queue.', required: true }) };

  async run(): Promise<OperationOutput<'queue.resume'>> {
    const { args, flags } = await this.parse(QueueResume);
    const { describePause } = await import('../../show/describe-pause.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('queue.resume', { tenant, queue: args.queue });
    this.log(describePause('queue', output.queue, output));
    return output;
  }
}
