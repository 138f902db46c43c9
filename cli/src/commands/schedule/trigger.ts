import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class ScheduleTrigger extends PlatformCommand {
  static override summary = 'Raise the event of a schedule now, beside its own times.';
  static override examples = ['<%= config.bin %> <%= command.id %> nightly --tenant acme'];
  static override args = { schedule: Args.string({ description: 'The schedule.', required: true }) };

  async run(): Promise<OperationOutput<'schedule.trigger'>> {
    const { args, flags } = await this.parse(ScheduleTrigger);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('schedule.trigger', { tenant, schedule: args.schedule });
    this.log(`raised event ${output.event}`);
    this.log(`  next: jobico execution list --tenant ${tenant} --event ${output.event}`);
    return output;
  }
}
