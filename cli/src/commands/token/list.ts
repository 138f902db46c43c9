import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class TokenList extends PlatformCommand {
  static override summary = 'List the tokens of a tenant, newest first; never their secrets.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --tenant acme',
    '<%= config.bin %> <%= command.id %> --all-tenants',
  ];
  static override flags = {
    'all-tenants': Flags.boolean({ description: "Those of every tenant and of admins: an admin's.", default: false }),
  };

  async run(): Promise<OperationOutput<'token.list'>> {
    const { flags } = await this.parse(TokenList);
    const { tokenTable } = await import('../../show/access-tables.ts');
    const { given } = await import('../../session/given.ts');
    const client = await this.client(flags);
    const tenant = flags['all-tenants'] ? undefined : await this.tenant(client, flags);
    const output = await client.call('token.list', given({ tenant }));
    this.log(tokenTable(output.items));
    return output;
  }
}
