import { OneScheduleCommand } from '../../schedules/one-schedule-command.ts';

export default class ScheduleGet extends OneScheduleCommand {
  static override summary = 'Show one schedule.';
  static override examples = ['<%= config.bin %> <%= command.id %> nightly --tenant acme'];
  protected readonly operation = 'schedule.get';
}
