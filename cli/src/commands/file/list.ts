import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { given } from '../../session/given.ts';

const KINDS = ['wasm', 'json'] as const;

export default class FileList extends PlatformCommand {
  static override summary = 'List the components and schemas of a tenant.';
  static override examples = ['<%= config.bin %> <%= command.id %> --tenant acme --kind wasm'];
  static override flags = { kind: Flags.option({ options: KINDS, description: 'Only of this kind.' })() };

  async run(): Promise<OperationOutput<'file.list'>> {
    const { flags } = await this.parse(FileList);
    const { fileTable } = await import('../../show/file-tables.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('file.list', { tenant, ...given({ kind: flags.kind }) });
    this.log(fileTable(tenant, output.items));
    return output;
  }
}
