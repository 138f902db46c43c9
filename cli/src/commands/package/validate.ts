import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class PackageValidate extends PlatformCommand {
  static override summary = 'Check a package, its schemas and its components without making it live.';
  static override examples = ['<%= config.bin %> <%= command.id %> shop.yaml'];
  static override args = {
    file: Args.string({ description: 'Package definition in YAML; - for standard input.', required: true }),
  };

  async run(): Promise<OperationOutput<'package.validate'>> {
    const { args, flags } = await this.parse(PackageValidate);
    const { validateFile } = await import('../../deploy/deploy-file.ts');
    const client = await this.client(flags);
    const progress = (message: string) => this.progress(message);
    const { definition } = await validateFile({ client, tenant: flags.tenant, progress }, args.file);
    this.log(`${definition.tenant}/${definition.id} is valid\n  next: jobico deploy ${args.file}`);
    return { valid: true };
  }
}
