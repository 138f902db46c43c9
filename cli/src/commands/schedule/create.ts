import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { specFlags, specOf } from '../../schedules/spec-flags.ts';

export default class ScheduleCreate extends PlatformCommand {
  static override summary = 'Raise an event by the clock: once, or again and again.';
  static override description = 'What belongs to a package stands in the package, under `schedules`.';
  static override examples = [
    `<%= config.bin %> <%= command.id %> nightly reconcile --cron '0 0 3 * * *' --timezone Europe/Paris`,
    `<%= config.bin %> <%= command.id %> poll check-stock --every 30s --data '{"all":true}'`,
    '<%= config.bin %> <%= command.id %> reminder remind --at 2h',
  ];
  static override args = {
    schedule: Args.string({ description: 'Its name, unique within the tenant.', required: true }),
    event: Args.string({ description: 'The event that it raises.', required: true }),
  };
  static override flags = specFlags;

  async run(): Promise<OperationOutput<'schedule.create'>> {
    const { args, flags } = await this.parse(ScheduleCreate);
    const { describeSchedule } = await import('../../show/schedules.ts');
    const spec = await specOf(flags);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { schedule: id, event } = args;
    const output = await client.call('schedule.create', { tenant, id, event, ...spec });
    this.log(describeSchedule(output));
    return output;
  }
}
