import { Args, Flags } from '@oclif/core';
import { JobicoCommand } from '../../jobico-command.ts';

export default class ContextUse extends JobicoCommand {
  static override summary = 'Say which platform commands are for from now on.';
  static override description = 'A flag and JOBICO_URL still win; --none goes back to the platform of this machine.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> staging',
    '<%= config.bin %> <%= command.id %> --none',
  ];
  static override args = { name: Args.string({ description: 'As context add named it.' }) };
  static override flags = {
    none: Flags.boolean({ description: 'Use none: the platform of this machine.', default: false }),
  };

  async run(): Promise<{ current: string | null }> {
    const { args, flags } = await this.parse(ContextUse);
    if ((args.name === undefined) !== flags.none) {
      const { JobicoError } = await import('@jobico/contract');
      throw new JobicoError('usage', 'name the context, or say --none', { hint: 'jobico context list shows them.' });
    }
    const { switchContext } = await import('../../session/edit-contexts.ts');
    const { current } = switchContext(args.name);
    this.log(current === undefined ? 'no context is in use' : `${current} is in use`);
    return { current: current ?? null };
  }
}
