import type { OperationOutput } from '@jobico/contract';
import { PlatformCommand } from '../../platform-command.ts';

export default class ScheduleList extends PlatformCommand {
  static override summary = 'List schedules, with when they fire next and what they raised last.';
  static override examples = ['<%= config.bin %> <%= command.id %> --tenant acme'];

  async run(): Promise<OperationOutput<'schedule.list'>> {
    const { flags } = await this.parse(ScheduleList);
    const { scheduleTable } = await import('../../show/schedules.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('schedule.list', { tenant });
    this.log(scheduleTable(tenant, output.items));
    return output;
  }
}
