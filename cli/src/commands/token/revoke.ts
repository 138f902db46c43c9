import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class TokenRevoke extends PlatformCommand {
  static override summary = 'Make a token worthless at once, and end the connections that use it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> 3fa94c07b1d2',
    '<%= config.bin %> <%= command.id %> 3fa94c07b1d2 --tenant acme',
  ];
  static override args = { token: Args.string({ description: 'Its id, as `token list` shows it.', required: true }) };

  async run(): Promise<OperationOutput<'token.revoke'>> {
    const { args, flags } = await this.parse(TokenRevoke);
    const { asJobicoError } = await import('@jobico/contract');
    const { given } = await import('../../session/given.ts');
    const client = await this.client(flags);
    const revoke = (tenant?: string) => client.call('token.revoke', { token: args.token, ...given({ tenant }) });
    const output = await revoke(flags.tenant).catch(async (error: unknown) => {
      // Who is no admin revokes tokens of its own tenant, and has but one.
      if (flags.tenant !== undefined || asJobicoError(error).code !== 'denied') throw error;
      return await revoke(await this.tenant(client, flags));
    });
    this.log(`revoked ${output.id}`);
    return output;
  }
}
