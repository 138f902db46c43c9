import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../platform-command.ts';

type OneSchedule = 'schedule.get' | 'schedule.pause' | 'schedule.resume';

/** Does one thing to a schedule, and shows it as it is then. */
export abstract class OneScheduleCommand extends PlatformCommand {
  static override args = { schedule: Args.string({ description: 'The schedule.', required: true }) };

  protected abstract readonly operation: OneSchedule;

  async run(): Promise<OperationOutput<OneSchedule>> {
    const { args, flags } = await this.parse({
      args: OneScheduleCommand.args,
      flags: {},
      enableJsonFlag: true,
      baseFlags: PlatformCommand.baseFlags,
    });
    const { describeSchedule } = await import('../show/schedules.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call(this.operation, { tenant, schedule: args.schedule });
    this.log(describeSchedule(output));
    return output;
  }
}
