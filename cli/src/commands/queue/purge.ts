import type { Client } from '@jobico/client';
import type { OperationInput, OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';
import { given } from '../../session/given.ts';

type Purged = OperationOutput<'queue.purge'>['items'];
type PurgeInput = Omit<OperationInput<'queue.purge'>, 'limit' | 'after'>;

export default class QueuePurge extends PlatformCommand {
  static override summary = 'Delete events that wait in a queue, for good.';
  static override description = `Asks first, where somebody is at a terminal. What runs ends and is not deleted: the queue is paused for it, and
resumed afterwards if it was not paused before. Deleted events leave no record and no dead letter.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> default --event order-placed --dry-run',
    '<%= config.bin %> <%= command.id %> default --older-than 2h',
    '<%= config.bin %> <%= command.id %> default --all --yes',
  ];
  static override args = { queue: Args.string({ description: 'Id of the queue.', required: true }) };
  static override flags = {
    event: Flags.string({ description: 'Only this event, by its name.' }),
    key: Flags.string({ description: 'Only with this ordering key.' }),
    'older-than': Flags.string({
      description: 'Only what was stored before: 2026-11-21T10:00:00Z, or 90s, 30m, 2h, 7d ago.',
    }),
    all: Flags.boolean({ description: 'Everything, where no filter is given.', default: false }),
    'dry-run': Flags.boolean({ description: 'Delete nothing; show what would go.', default: false }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.', default: false }),
  };

  async run(): Promise<{ items: Purged }> {
    const { args, flags } = await this.parse(QueuePurge);
    const { confirm } = await import('../../session/confirm.ts');
    const { purgedTable } = await import('../../show/queue-tables.ts');
    const filters = await this.#filters(flags);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const input = { tenant, queue: args.queue, ...filters, all: flags.all };
    const meant = await allPages(client, { ...input, dryRun: true });
    const count = meant.length === 1 ? 'one event' : `${meant.length} events`;
    if (meant.length === 0) this.log('Nothing that waits there matches.');
    else if (flags['dry-run']) this.log(`${purgedTable(meant)}\nwould be deleted: ${count}; nothing was changed`);
    if (meant.length === 0 || flags['dry-run']) return { items: meant };
    const what = `${count} that wait${meant.length === 1 ? 's' : ''} in queue ${args.queue} of tenant ${tenant}`;
    if (!flags.yes && !(await confirm(`Delete ${what} for good?`))) {
      this.log('Nothing was deleted.');
      return { items: [] };
    }
    const items = await this.#purge(client, input);
    this.log(`deleted: ${items.length === 1 ? 'one event' : `${items.length} events`}`);
    return { items };
  }

  async #filters(flags: {
    event: string | undefined;
    key: string | undefined;
    'older-than': string | undefined;
    all: boolean;
  }) {
    const { event, key, all, 'older-than': olderThan } = flags;
    const { readTime } = await import('../../session/read-time.ts');
    const storedBefore = olderThan === undefined ? undefined : readTime('--older-than', olderThan);
    const filters = given({ event, key, storedBefore });
    if (all !== Object.keys(filters).length > 0) return filters;
    const { JobicoError } = await import('@jobico/contract');
    throw new JobicoError('usage', all ? '--all leaves no choice: it takes no filter' : 'no filter is given', {
      hint: 'Everything that waits in the queue is deleted with --all, and no filter.',
    });
  }

  /** What was paused already stays so. */
  async #purge(client: Client, input: PurgeInput): Promise<Purged> {
    const { tenant, queue } = input;
    const { isAtRest } = await client.call('queue.get', { tenant, queue });
    if (isAtRest) return await allPages(client, input);
    await client.call('queue.pause', { tenant, queue });
    this.progress(`Paused queue ${queue}; waiting for what runs …`);
    try {
      return await allPages(client, input);
    } finally {
      await client.call('queue.resume', { tenant, queue });
    }
  }
}

async function allPages(client: Client, input: PurgeInput): Promise<Purged> {
  const { letterPages } = await import('../../dead-letters/letter-pages.ts');
  const items: Purged = [];
  for await (const page of letterPages((each) => client.call('queue.purge', { ...input, ...each }))) {
    items.push(...page);
  }
  return items;
}
