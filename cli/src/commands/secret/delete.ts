import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class SecretDelete extends PlatformCommand {
  static override summary = 'Delete a secret.';
  static override description =
    'Asks first, where somebody is at a terminal. A job that it is granted to fails when it asks for it.';
  static override examples = ['<%= config.bin %> <%= command.id %> TAX_KEY --tenant acme'];
  static override args = { name: Args.string({ description: 'The secret.', required: true }) };
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.', default: false }),
  };

  async run(): Promise<OperationOutput<'secret.delete'> | Record<string, never>> {
    const { args, flags } = await this.parse(SecretDelete);
    const { confirm } = await import('../../session/confirm.ts');
    const { neutralise } = await import('../../output/neutralise.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    if (!flags.yes && !(await confirm(`Delete secret ${neutralise(args.name)} of tenant ${tenant} for good?`))) {
      this.log('Nothing was deleted.');
      return {};
    }
    const output = await client.call('secret.delete', { tenant, name: args.name });
    this.log(`secret ${neutralise(output.name)} of tenant ${tenant} is deleted`);
    return output;
  }
}
