import type { OperationOutput } from '@jobico/contract';
import { Args } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class KvDelete extends PlatformCommand {
  static override summary = 'Delete a key.';
  static override examples = ['<%= config.bin %> <%= command.id %> prices eur/c-1003'];
  static override args = {
    bucket: Args.string({ description: 'The bucket, as packages grant it.', required: true }),
    key: Args.string({ description: 'The key.', required: true }),
  };

  async run(): Promise<OperationOutput<'kv.delete'>> {
    const { args, flags } = await this.parse(KvDelete);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const output = await client.call('kv.delete', { tenant, bucket: args.bucket, key: args.key });
    this.log(output.deleted ? 'deleted' : 'there was no such key');
    return output;
  }
}
