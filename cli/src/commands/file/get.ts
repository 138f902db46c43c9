import type { FileKind, OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class FileGet extends PlatformCommand {
  static override summary = 'Show a file and which versions of packages pin it, or write its content to a file.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> json order.json',
    '<%= config.bin %> <%= command.id %> wasm @shop/price.wasm --output price.wasm',
  ];
  static override args = {
    kind: Args.string({ description: 'wasm or json.', required: true, options: ['wasm', 'json'] }),
    name: Args.string({ description: 'The name that packages refer to.', required: true }),
  };
  static override flags = { output: Flags.string({ char: 'o', description: 'Where to write its content.' }) };

  async run(): Promise<OperationOutput<'file.get'>> {
    const { args, flags } = await this.parse(FileGet);
    const { describeFile } = await import('../../show/file-tables.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const isWhole = flags.output !== undefined;
    const file = { tenant, kind: args.kind as FileKind, name: args.name };
    const output = await client.call('file.get', { ...file, content: isWhole });
    if (flags.output !== undefined) {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(flags.output, Buffer.from(output.content ?? '', 'base64'));
    }
    this.log(describeFile(output));
    return output;
  }
}
