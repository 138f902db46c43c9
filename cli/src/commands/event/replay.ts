import type { OperationOutput, ReplayResult } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { given } from '../../session/given.ts';
import { storedFiltersOf, storedFlags } from '../../session/stored-filters.ts';

export default class EventReplay extends PlatformCommand {
  static override summary = 'Put settled events that a queue still holds on their queue once more, oldest first.';
  static override description = `They are new events behind those that wait, and run on the version that is live then. Each says which event it
repeats. A replay that was interrupted goes on under its name: --replay adds no event twice.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --queue default --event order-placed --since 2h --dry-run',
    '<%= config.bin %> <%= command.id %> --queue default --since 2h --until 1h --rate 100',
    '<%= config.bin %> <%= command.id %> --queue default --since 2h --replay 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f',
  ];
  static override flags = {
    ...storedFlags,
    replay: Flags.string({ description: 'Name of a replay that was begun. Default: a new one.' }),
    rate: Flags.integer({ description: 'Events a second, at most.', min: 1 }),
    'dry-run': Flags.boolean({ description: 'Change nothing; show what would be done.', default: false }),
  };

  async run(): Promise<OperationOutput<'event.replay'>> {
    const { flags } = await this.parse(EventReplay);
    const { letterPages } = await import('../../dead-letters/letter-pages.ts');
    const { replayCounts } = await import('../../show/event-tables.ts');
    const filters = await storedFiltersOf(flags);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const { 'dry-run': dryRun, rate } = flags;
    let { replay } = flags;
    const items: ReplayResult[] = [];
    const work = async (page: object) => {
      const output = await client.call('event.replay', { tenant, ...filters, dryRun, ...given({ replay }), ...page });
      if (replay === undefined && !dryRun)
        this.progress(`Replay ${output.replay}; if it is interrupted, --replay goes on.`);
      replay = output.replay;
      return output;
    };
    for await (const done of letterPages(work, { rate: dryRun ? undefined : rate })) {
      items.push(...done);
      if (items.length > 0) this.progress(`${replayCounts(items)} …`);
    }
    await this.#show(items, dryRun, replay ?? '');
    return { replay: replay ?? '', items };
  }

  async #show(items: readonly ReplayResult[], dryRun: boolean, replay: string): Promise<void> {
    const { replayCounts, replayTable } = await import('../../show/event-tables.ts');
    if (items.length === 0) return this.log('No stored event matches.');
    const kept = items.filter(({ outcome }) => outcome === 'failed' || outcome === 'undeclared');
    const shown = dryRun ? items : kept;
    if (shown.length > 0) this.log(replayTable(shown));
    this.log(dryRun ? `would be: ${replayCounts(items)}; nothing was changed` : replayCounts(items));
    if (!dryRun) this.log(`  replay ${replay}`);
    if (kept.length > 0) process.exitCode = 1;
  }
}
