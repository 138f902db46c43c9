import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { given } from '../../session/given.ts';

export default class KvPut extends PlatformCommand {
  static override summary = 'Set the value of a key.';
  static override description = 'Under the limits that jobs have: 512 KiB a value, 64 MiB in all buckets of a tenant.';
  static override examples = [
    `<%= config.bin %> <%= command.id %> prices eur/c-1003 '{"cents":1290}'`,
    '<%= config.bin %> <%= command.id %> prices eur/c-1003 --file price.bin --if-revision 12',
  ];
  static override args = {
    bucket: Args.string({ description: 'The bucket, as packages grant it.', required: true }),
    key: Args.string({ description: 'The key.', required: true }),
    value: Args.string({ description: 'The value; or give --file.' }),
  };
  static override flags = {
    file: Flags.string({ description: 'File with the value, byte by byte; - for standard input.' }),
    'if-revision': Flags.string({ description: 'Only if the key has this revision.', exclusive: ['if-absent'] }),
    'if-absent': Flags.boolean({ description: 'Only if there is no such key.', default: false }),
  };

  async run(): Promise<OperationOutput<'kv.put'>> {
    const { args, flags } = await this.parse(KvPut);
    const content = await this.#content(args.value, flags.file);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { bucket, key } = args;
    const conditions = given({ ifRevision: flags['if-revision'], ifAbsent: flags['if-absent'] || undefined });
    const output = await client.call('kv.put', { tenant, bucket, key, ...content, ...conditions });
    this.log(`stored, revision ${output.revision}`);
    return output;
  }

  async #content(value: string | undefined, file: string | undefined) {
    const { JobicoError } = await import('@jobico/contract');
    if ((value === undefined) === (file === undefined)) {
      throw new JobicoError('usage', 'give the value, or a file with --file', {
        hint: 'For example: jobico kv put prices eur/c-1003 1290',
      });
    }
    if (value !== undefined) return { value };
    const { readInput } = await import('../../session/read-input.ts');
    return { value: (await readInput(file ?? '-')).toString('base64'), encoding: 'base64' as const };
  }
}
