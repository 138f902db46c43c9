import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../platform-command.ts';
import { given } from '../session/given.ts';

export default class Rollback extends PlatformCommand {
  static override summary = 'Make an earlier version of a package live again.';
  static override description =
    'It becomes a new version with the definition and the files of the earlier one; events that wait run with it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> shop --tenant acme',
    '<%= config.bin %> <%= command.id %> shop --to 3 --dry-run',
  ];
  static override args = { package: Args.string({ description: 'Id of the package.', required: true }) };
  static override flags = {
    to: Flags.integer({ description: 'The version. Default: the one before what is live.', min: 1 }),
    'dry-run': Flags.boolean({ description: 'Change nothing; show what it would change.', default: false }),
  };

  async run(): Promise<OperationOutput<'package.rollback'>> {
    const { args, flags } = await this.parse(Rollback);
    const { describeRollback } = await import('../deploy/describe-deploy.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const dryRun = flags['dry-run'];
    const output = await client.call('package.rollback', {
      tenant,
      package: args.package,
      dryRun,
      ...given({ to: flags.to }),
    });
    this.log(describeRollback(output, dryRun));
    return output;
  }
}
