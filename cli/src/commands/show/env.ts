import { NodeCommand } from '../../node-command.ts';

export default class ShowEnv extends NodeCommand {
  static override summary = 'Show the environment: the running modules of the platform.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];
}
