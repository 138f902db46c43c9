import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { specFlags, specOf } from '../../schedules/spec-flags.ts';

export default class ScheduleUpdate extends PlatformCommand {
  static override summary = 'Change a schedule: what is not named stays as it is.';
  static override description = 'A new time takes the place of the old one. What a package declares is changed there.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> poll --every 5m',
    `<%= config.bin %> <%= command.id %> nightly --cron '0 30 2 * * *' --data '{"all":false}'`,
  ];
  static override args = { schedule: Args.string({ description: 'The schedule.', required: true }) };
  static override flags = { event: Flags.string({ description: 'The event that it raises.' }), ...specFlags };

  async run(): Promise<OperationOutput<'schedule.update'>> {
    const { args, flags } = await this.parse(ScheduleUpdate);
    const { describeSchedule } = await import('../../show/schedules.ts');
    const { given } = await import('../../session/given.ts');
    const spec = await specOf(flags);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { event } = flags;
    const output = await client.call('schedule.update', {
      tenant,
      schedule: args.schedule,
      ...given({ event }),
      ...spec,
    });
    this.log(describeSchedule(output));
    return output;
  }
}
