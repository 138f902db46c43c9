import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class PackageValidate extends PlatformCommand {
  static override summary = 'Check a package, its schemas and its components without making it live.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> shop.yaml'];
  static override args = {
    file: Args.string({
      description: 'Package definition in YAML, or its folder; - for standard input. Default: this folder.',
    }),
  };

  async run(): Promise<OperationOutput<'package.validate'>> {
    const { args, flags } = await this.parse(PackageValidate);
    const { findPackageFiles } = await import('../../build/find-package.ts');
    const { validateFile } = await import('../../deploy/deploy-file.ts');
    const client = await this.client(flags);
    const progress = (message: string) => this.progress(message);
    const [file = '-'] = await findPackageFiles(args.file === undefined ? [] : [args.file]);
    const { definition } = await validateFile({ client, tenant: flags.tenant, progress }, file);
    this.log(`${definition.tenant}/${definition.id} is valid\n  next: jobico deploy ${file}`);
    return { valid: true };
  }
}
