import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class EventGet extends PlatformCommand {
  static override summary = 'Show an event and what became of it.';
  static override examples = ['<%= config.bin %> <%= command.id %> 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f'];
  static override args = { id: Args.string({ description: 'Id of the event.', required: true }) };

  async run(): Promise<OperationOutput<'event.get'>> {
    const { args, flags } = await this.parse(EventGet);
    const { describeEvent } = await import('../../show/event-tables.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('event.get', { tenant, event: args.id });
    this.log(describeEvent(args.id, output));
    return output;
  }
}
