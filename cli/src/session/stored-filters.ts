import { Flags } from '@oclif/core';
import { given } from './given.ts';

/** Which events that a queue still holds a command means. */
export const storedFlags = {
  queue: Flags.string({ description: 'The queue that has them.', required: true }),
  event: Flags.string({ description: 'Only this event, by its name.' }),
  key: Flags.string({ description: 'Only with this ordering key.' }),
  since: Flags.string({
    description: 'Only what was stored from then on: 2026-11-21T10:00:00Z, 2026-11-21, or 90s, 30m, 2h, 7d ago.',
  }),
  until: Flags.string({ description: 'Only what was stored before, given alike.' }),
};

interface StoredFlags {
  queue: string;
  event: string | undefined;
  key: string | undefined;
  since: string | undefined;
  until: string | undefined;
}

/** The filters of a command line. Throws `usage` for a time that is none. */
export async function storedFiltersOf({ queue, event, key, since, until }: StoredFlags) {
  const { readTime } = await import('./read-time.ts');
  const from = since === undefined ? undefined : readTime('--since', since);
  const to = until === undefined ? undefined : readTime('--until', until);
  return { queue, ...given({ event, key, since: from, until: to }) };
}
