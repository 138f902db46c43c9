import { Args, Flags } from '@oclif/core';
import type { Deployed } from '../deploy/deploy-file.ts';
import { PlatformCommand } from '../platform-command.ts';

type Output = Omit<Deployed, 'definition'>;

export default class Deploy extends PlatformCommand {
  static override summary = 'Make a package live, with the components and schemas next to its file.';
  static override description =
    'Each file makes one new version, all of it or nothing. Deploying what is live already changes nothing.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> shop.yaml',
    '<%= config.bin %> <%= command.id %> shop.yaml --dry-run',
    '<%= config.bin %> <%= command.id %> shop.yaml billing.yaml --json',
  ];
  static override args = {
    file: Args.string({
      description:
        'Package definition in YAML, or its folder; several may be given; - for standard input. Default: this folder.',
    }),
  };
  static override flags = {
    'dry-run': Flags.boolean({
      description: 'Check all and show what would change; nothing goes live.',
      default: false,
    }),
  };
  static override strict = false;

  async run(): Promise<Output | { items: Output[] }> {
    const { argv, flags } = await this.parse(Deploy);
    const { findPackageFiles } = await import('../build/find-package.ts');
    const { deployFile } = await import('../deploy/deploy-file.ts');
    const { describeDeploy } = await import('../deploy/describe-deploy.ts');
    const client = await this.client(flags);
    const { tenant, 'dry-run': dryRun } = flags;
    const context = { client, tenant, dryRun, progress: (message: string) => this.progress(message) };
    const outputs: Output[] = [];
    for (const file of await findPackageFiles(argv.map(String))) {
      const { definition, ...output } = await deployFile(context, file);
      this.log(describeDeploy(output, definition, dryRun));
      outputs.push(output);
    }
    const [only] = outputs;
    return only && outputs.length === 1 ? only : { items: outputs };
  }
}
