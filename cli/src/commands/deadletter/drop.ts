import type { Client } from '@jobico/client';
import type { DropResult, OperationInput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { filtersOf, letterArgs, letterFlags } from '../../dead-letters/filter-flags.ts';
import { PlatformCommand } from '../../platform-command.ts';

export default class DeadLetterDrop extends PlatformCommand {
  static override summary = 'Delete dead letters for good.';
  static override description =
    'Asks first, where somebody is at a terminal. What becomes a dead letter after the question is not deleted.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> 12 15',
    '<%= config.bin %> <%= command.id %> --code invalid --until 7d --dry-run',
    '<%= config.bin %> <%= command.id %> --all --yes',
  ];
  static override args = letterArgs;
  static override flags = {
    ...letterFlags,
    all: Flags.boolean({ description: 'Every one, where no filter is given.', default: false }),
    limit: Flags.integer({ description: 'Letters in all. Default: all that match.', min: 1 }),
    'dry-run': Flags.boolean({ description: 'Change nothing; show what would be deleted.', default: false }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.', default: false }),
  };

  async run(): Promise<{ items: DropResult[] }> {
    const { args, flags } = await this.parse(DeadLetterDrop);
    const { confirm } = await import('../../session/confirm.ts');
    const { countsOf, isFine, letterResultTable } = await import('../../show/letter-results.ts');
    const { all, limit, 'dry-run': dryRun, yes } = flags;
    const filters = await filtersOf(flags, args.ids);
    await this.#assertMeant(all, filters);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const meant = await allPages(client, { tenant, ...filters, all, dryRun: true }, limit);
    const count = meant.length === 1 ? 'one dead letter' : `${meant.length} dead letters`;
    if (meant.length === 0) this.log('No dead letter matches.');
    else if (dryRun) this.log(`${letterResultTable(meant)}\nwould be deleted: ${count}; nothing was changed`);
    if (meant.length === 0 || dryRun) return { items: meant };
    if (!yes && !(await confirm(`Delete ${count} of tenant ${tenant} for good?`))) {
      this.log('Nothing was deleted.');
      return { items: [] };
    }
    const items = await dropAll(client, tenant, meant);
    const kept = items.filter((item) => !isFine(item));
    if (kept.length > 0) this.log(letterResultTable(kept));
    this.log(countsOf(items));
    if (kept.length > 0) process.exitCode = 1;
    return { items };
  }

  async #assertMeant(all: boolean, filters: object): Promise<void> {
    if (all !== Object.keys(filters).length > 0) return;
    const { JobicoError } = await import('@jobico/contract');
    const what = all
      ? '--all leaves no choice: it takes no filter'
      : 'neither a dead letter is named, nor a filter given';
    throw new JobicoError('usage', what, {
      hint: 'Every dead letter of the tenant is deleted with --all, and no filter.',
    });
  }
}

async function allPages(client: Client, input: OperationInput<'deadletter.drop'>, most?: number) {
  const { letterPages } = await import('../../dead-letters/letter-pages.ts');
  const items: DropResult[] = [];
  const work = (page: object) => client.call('deadletter.drop', { ...input, ...page });
  for await (const done of letterPages(work, { most })) items.push(...done);
  return items;
}

/** What one call may name. */
const TOGETHER = 1000;

/** Drops exactly these: what came after the question is none of them. */
async function dropAll(client: Client, tenant: string, letters: readonly DropResult[]): Promise<DropResult[]> {
  const items: DropResult[] = [];
  for (let at = 0; at < letters.length; at += TOGETHER) {
    const ids = letters.slice(at, at + TOGETHER).map(({ id }) => id);
    items.push(...(await allPages(client, { tenant, ids: ids.join(',') })));
  }
  return items;
}
