import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class SecretSet extends PlatformCommand {
  static override summary = 'Set a secret: its value is read from standard input.';
  static override description = `At a terminal it is asked for, and does not show. A line break at its end is dropped.
Jobs that it is granted to have it at once: grants.<runtime>.secrets in their package.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> TAX_KEY',
    '<%= config.bin %> <%= command.id %> TAX_KEY < tax-key.txt',
    'openssl rand -hex 32 | <%= config.bin %> <%= command.id %> TAX_KEY --tenant acme',
  ];
  static override args = {
    name: Args.string({ description: 'The name that packages grant it by, such as TAX_KEY.', required: true }),
  };
  // What is given beside the name is refused here: the usual refusal would show it.
  static override strict = false;

  async run(): Promise<OperationOutput<'secret.set'>> {
    const { args, argv, flags } = await this.parse(SecretSet);
    await assertNoValue(argv.length, args.name);
    const { readSecret } = await import('../../session/read-secret.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('secret.set', { tenant, name: args.name, value: await readSecret(args.name) });
    const what = output.version === 1 ? 'is set' : `is set anew (version ${output.version})`;
    this.log(`secret ${output.name} of tenant ${tenant} ${what}`);
    return output;
  }
}

async function assertNoValue(given: number, name: string): Promise<void> {
  const { isSecretName, JobicoError } = await import('@jobico/contract');
  if (given > 1) {
    throw new JobicoError('usage', 'a value is never an argument: it would stay in the history of the shell', {
      hint: `Put it into a file and run: jobico secret set ${isSecretName(name) ? name : '<NAME>'} < the-file`,
    });
  }
  if (isSecretName(name)) return;
  throw new JobicoError('usage', 'that is no name of a secret', {
    hint: 'Letters, digits, _ and -, a letter or _ first, 1 to 64 of them: TAX_KEY. The value comes from standard input.',
  });
}
