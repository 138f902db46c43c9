import { NodeCommand } from '../../node-command.ts';

export default class NodeList extends NodeCommand {
  static override summary = 'List the running modules of the platform.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];
}
