import { OneScheduleCommand } from '../../schedules/one-schedule-command.ts';

export default class ScheduleResume extends OneScheduleCommand {
  static override summary = 'Let a paused schedule fire again, from now on.';
  static override examples = ['<%= config.bin %> <%= command.id %> nightly --tenant acme'];
  protected readonly operation = 'schedule.resume';
}
