import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class DeadLetterGet extends PlatformCommand {
  static override summary = 'Show one dead letter: the event, and why it was given up.';
  static override examples = ['<%= config.bin %> <%= command.id %> 12'];
  static override args = { id: Args.string({ description: 'Id of the dead letter.', required: true }) };

  async run(): Promise<OperationOutput<'deadletter.get'>> {
    const { args, flags } = await this.parse(DeadLetterGet);
    const { describeLetter } = await import('../../show/describe-letter.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const letter = await client.call('deadletter.get', { tenant, deadletter: args.id });
    this.log(describeLetter(letter));
    return letter;
  }
}
