import type { FileKind, OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class FileDelete extends PlatformCommand {
  static override summary = 'Delete the name of a file.';
  static override description =
    'Packages that are deployed go on: their versions keep what they pin. Content that no kept version pins goes within a few hours.';
  static override examples = ['<%= config.bin %> <%= command.id %> json order.json'];
  static override args = {
    kind: Args.string({ description: 'wasm or json.', required: true, options: ['wasm', 'json'] }),
    name: Args.string({ description: 'The name that packages refer to.', required: true }),
  };

  async run(): Promise<OperationOutput<'file.delete'>> {
    const { args, flags } = await this.parse(FileDelete);
    const { describeFile } = await import('../../show/file-tables.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('file.delete', { tenant, kind: args.kind as FileKind, name: args.name });
    this.log(`deleted\n${describeFile(output)}`);
    return output;
  }
}
