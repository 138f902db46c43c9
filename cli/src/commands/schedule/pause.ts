import { OneScheduleCommand } from '../../schedules/one-schedule-command.ts';

export default class SchedulePause extends OneScheduleCommand {
  static override summary = 'Keep a schedule from firing until it is resumed; what it misses is not made up for.';
  static override examples = ['<%= config.bin %> <%= command.id %> nightly --tenant acme'];
  protected readonly operation = 'schedule.pause';
}
