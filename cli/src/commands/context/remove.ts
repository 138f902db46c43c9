import { Args } from '@oclif/core';
import { JobicoCommand } from '../../jobico-command.ts';

export default class ContextRemove extends JobicoCommand {
  static override summary = 'Forget a platform, and the token for it.';
  static override examples = ['<%= config.bin %> <%= command.id %> staging'];
  static override args = { name: Args.string({ description: 'As context add named it.', required: true }) };

  async run(): Promise<{ removed: string; current: string | null }> {
    const { args } = await this.parse(ContextRemove);
    const { removeContext } = await import('../../session/edit-contexts.ts');
    const { current } = removeContext(args.name);
    this.log(`removed ${args.name}; ${current === undefined ? 'no context' : current} is in use`);
    return { removed: args.name, current: current ?? null };
  }
}
