import { Flags } from '@oclif/core';
import { JobicoCommand } from '../../jobico-command.ts';
import type { ShownConfig } from '../../show/describe-config.ts';

export default class ConfigShow extends JobicoCommand {
  static override summary = 'Show the settings that jobico up would start with here, and where each comes from.';
  static override description = `Flags win over --env:NAME=value, that over the environment, that over .env.<APP_ENV>.local,
.env.local, .env.<APP_ENV> and .env of this folder, those over its jobico.yaml, that over the defaults.
Faults are told all at once, with exit code 2.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --env:APP_ENV=production --json',
    '<%= config.bin %> <%= command.id %> --config /etc/jobico/jobico.yaml',
  ];
  static override flags = {
    config: Flags.string({ description: 'Configuration file in place of jobico.yaml.', env: 'JOBICO_CONFIG' }),
  };

  async run(): Promise<ShownConfig> {
    const { flags } = await this.parse(ConfigShow);
    const { resolveConfig } = await import('@jobico/config');
    const { describeConfig, shownConfig } = await import('../../show/describe-config.ts');
    const { envArgumentNames } = await import('../../session/env-arguments.ts');
    const environment = { ...process.env, ...(flags.config !== undefined && { JOBICO_CONFIG: flags.config }) };
    const resolved = resolveConfig({}, environment, process.cwd());
    const shown = shownConfig(resolved, envArgumentNames(process.argv.slice(2)));
    this.log(describeConfig(shown));
    return shown;
  }
}
