import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { given } from '../../session/given.ts';

export default class KvList extends PlatformCommand {
  static override summary = "List the keys of a tenant's buckets: what its jobs keep.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> --tenant acme',
    '<%= config.bin %> <%= command.id %> --bucket prices --prefix eur/',
  ];
  static override flags = {
    bucket: Flags.string({ description: 'Only of this bucket.' }),
    prefix: Flags.string({ description: 'Only keys that begin like this.' }),
    limit: Flags.integer({ description: 'Items of a page.', min: 1, max: 1000, default: 50 }),
    after: Flags.string({ description: 'The `next` of the page before.' }),
  };

  async run(): Promise<OperationOutput<'kv.list'>> {
    const { flags } = await this.parse(KvList);
    const { table } = await import('../../output/table.ts');
    const { neutralise } = await import('../../output/neutralise.ts');
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { bucket, prefix, limit, after } = flags;
    const output = await client.call('kv.list', { tenant, limit, ...given({ bucket, prefix, after }) });
    const columns = [
      { header: 'BUCKET', value: (each: { bucket: string }) => each.bucket },
      { header: 'KEY', value: (each: { key: string }) => each.key, shrinks: 'first' as const },
    ];
    this.log(output.items.length === 0 ? 'No key matches.' : table(output.items, columns));
    if (output.next !== undefined) this.log(`more: --after ${neutralise(JSON.stringify(output.next))}`);
    return output;
  }
}
