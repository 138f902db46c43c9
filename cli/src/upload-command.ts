import type { FileKind, OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from './platform-command.ts';

/** Stores a file under a name that packages refer to. */
export abstract class UploadCommand extends PlatformCommand {
  static override args = {
    tenant: Args.string({ description: 'The tenant.', required: true }),
    name: Args.string({ description: 'The name that packages refer to.', required: true }),
    file: Args.string({ description: 'The file to store; - for standard input.', required: true }),
  };

  protected abstract readonly kind: FileKind;

  async run(): Promise<OperationOutput<'file.upload'>> {
    const { args, flags } = await this.parse({
      args: UploadCommand.args,
      flags: {},
      enableJsonFlag: true,
      baseFlags: PlatformCommand.baseFlags,
    });
    const { readInput } = await import('./session/read-input.ts');
    const { neutralise } = await import('./output/neutralise.ts');
    const client = await this.client(flags);
    const content = (await readInput(args.file)).toString('base64');
    const output = await client.call('file.upload', { tenant: args.tenant, kind: this.kind, name: args.name, content });
    this.log(`stored ${neutralise(output.name)}: ${output.sizeBytes} bytes, ${output.digest}`);
    return output;
  }
}
