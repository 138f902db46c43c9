import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class ScheduleCancel extends PlatformCommand {
  static override summary = 'Remove a schedule; the events that it has raised stay.';
  static override examples = ['<%= config.bin %> <%= command.id %> reminder --tenant acme'];
  static override args = { schedule: Args.string({ description: 'The schedule.', required: true }) };

  async run(): Promise<OperationOutput<'schedule.cancel'>> {
    const { args, flags } = await this.parse(ScheduleCancel);
    const { neutralise } = await import('../../output/neutralise.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('schedule.cancel', { tenant, schedule: args.schedule });
    this.log(`schedule ${neutralise(output.id)} of tenant ${tenant} is removed`);
    return output;
  }
}
