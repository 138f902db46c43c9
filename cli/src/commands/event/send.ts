import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class EventSend extends PlatformCommand {
  static override summary = 'Put an event on its queue.';
  static override description = 'Answers once the event is stored. Of several, all are valid, or none is accepted.';
  static override examples = [
    `<%= config.bin %> <%= command.id %> order-placed --data '{"customer":"c-1"}'`,
    '<%= config.bin %> <%= command.id %> order-placed order.json',
    '<%= config.bin %> <%= command.id %> order-placed orders.json --batch',
    'cat order.json | <%= config.bin %> <%= command.id %> order-placed -',
  ];
  static override args = {
    event: Args.string({ description: "The event's id in its package.", required: true }),
    file: Args.string({ description: 'JSON file with the event; - for standard input.' }),
  };
  static override flags = {
    data: Flags.string({
      description: 'The event as JSON; may be given several times.',
      multiple: true,
      multipleNonGreedy: true,
    }),
    batch: Flags.boolean({ description: 'The file holds a JSON array: each item is an event.', default: false }),
    id: Flags.string({ description: 'Id of the event, if it is a single one.' }),
    key: Flags.string({ description: 'Ordering key where the queue has no pointer.' }),
  };

  async run(): Promise<OperationOutput<'event.send'>> {
    const { args, flags } = await this.parse(EventSend);
    const { readEvents } = await import('../../session/read-events.ts');
    const data = await readEvents({ file: args.file, texts: flags.data, isBatch: flags.batch });
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { id, key } = flags;
    const output = await client.call('event.send', {
      tenant,
      event: args.event,
      data,
      ...(id !== undefined && { id }),
      ...(key !== undefined && { key }),
    });
    for (const each of output.events) this.log(`accepted ${each.id}`);
    const [only] = output.events;
    if (only && output.events.length === 1) {
      this.log(`  next: jobico execution list --tenant ${tenant} --event ${only.id}`);
    } else this.log(`  next: jobico recorder --tenant ${tenant} --follow`);
    return output;
  }
}
