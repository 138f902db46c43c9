import type { RedriveResult } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { filtersOf, letterArgs, letterFlags } from '../../dead-letters/filter-flags.ts';
import { PlatformCommand } from '../../platform-command.ts';

export default class DeadLetterRedrive extends PlatformCommand {
  static override summary = 'Put the events of dead letters back on their queues, oldest first.';
  static override description =
    'A letter is deleted once its event is stored. It may be repeated: an event goes back once. The exit code is 0 only if all went back.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --job price-order --dry-run',
    '<%= config.bin %> <%= command.id %> --job price-order --since 2h --rate 100',
    '<%= config.bin %> <%= command.id %> 12 15',
  ];
  static override args = letterArgs;
  static override flags = {
    ...letterFlags,
    limit: Flags.integer({ description: 'Letters in all. Default: all that match.', min: 1 }),
    rate: Flags.integer({ description: 'Events a second, at most.', min: 1 }),
    'dry-run': Flags.boolean({ description: 'Change nothing; show what would be done.', default: false }),
  };

  async run(): Promise<{ items: RedriveResult[] }> {
    const { args, flags } = await this.parse(DeadLetterRedrive);
    const { letterPages } = await import('../../dead-letters/letter-pages.ts');
    const { countsOf } = await import('../../show/letter-results.ts');
    const filters = await filtersOf(flags, args.ids);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { 'dry-run': dryRun, limit, rate } = flags;
    const items: RedriveResult[] = [];
    const work = (page: object) => client.call('deadletter.redrive', { tenant, ...filters, dryRun, ...page });
    for await (const done of letterPages(work, { most: limit, rate: dryRun ? undefined : rate })) {
      items.push(...done);
      if (items.length > 0) this.progress(`${countsOf(items)} …`);
    }
    await this.#show(items, { dryRun, tenant });
    return { items };
  }

  async #show(items: readonly RedriveResult[], { dryRun, tenant }: { dryRun: boolean; tenant: string }): Promise<void> {
    const { countsOf, isFine, letterResultTable } = await import('../../show/letter-results.ts');
    const [only] = items;
    if (!only) return this.log('No dead letter matches.');
    const kept = items.filter((item) => !isFine(item));
    const shown = dryRun ? items : kept;
    if (shown.length > 0) this.log(letterResultTable(shown));
    this.log(dryRun ? `would be: ${countsOf(items)}; nothing was changed` : countsOf(items));
    if (!dryRun && items.length === 1 && only.as !== undefined) {
      this.log(`  next: jobico execution list --tenant ${tenant} --event ${only.as}`);
    }
    if (kept.length > 0) process.exitCode = 1;
  }
}
