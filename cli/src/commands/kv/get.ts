import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class KvGet extends PlatformCommand {
  static override summary = 'Show the value of a key.';
  static override description =
    'Bytes that are no UTF-8 are shown as base64; `--json` says which it is, and the revision.';
  static override examples = ['<%= config.bin %> <%= command.id %> prices eur/c-1003'];
  static override args = {
    bucket: Args.string({ description: 'The bucket, as packages grant it.', required: true }),
    key: Args.string({ description: 'The key.', required: true }),
  };

  async run(): Promise<OperationOutput<'kv.get'>> {
    const { args, flags } = await this.parse(KvGet);
    const { neutraliseLines } = await import('../../output/neutralise.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('kv.get', { tenant, bucket: args.bucket, key: args.key });
    for (const line of neutraliseLines(output.value)) this.log(line);
    return output;
  }
}
