import { defineJob } from '@jobico/sdk';
import type { Push } from './github.ts';

interface Counts {
  commits: number;
  authors: Record<string, number>;
  /** The events that were counted last: an event may run twice, and must count once. */
  counted: string[];
}

const REMEMBERED = 100;

/**
 * Counts the commits of a repository by author. Pushes run side by side, so the counts are changed by a write that holds
 * only if nobody else has written in between; `update` begins again where somebody has.
 */
export const handler = defineJob<Push, { repository: string; pushed: number; commits: number }>(
  ({ id, data: { repository, commits, ref } }, { kv, log }) => {
    // A commit that a push brings to a second branch was counted with the first.
    const fresh = commits.filter(({ distinct }) => distinct);
    const counts = kv.bucket('commits').update<Counts>(repository.full_name, (before = none()) => {
      if (before.counted.includes(id)) return before;
      const authors = { ...before.authors };
      for (const { author } of fresh) {
        const name = author.username ?? author.name;
        authors[name] = (authors[name] ?? 0) + 1;
      }
      return {
        commits: before.commits + fresh.length,
        authors,
        counted: [...before.counted, id].slice(-REMEMBERED),
      };
    });
    log.info(`${repository.full_name} ${ref}: ${fresh.length} commits more, ${counts.commits} in all`, counts.authors);
    return { repository: repository.full_name, pushed: fresh.length, commits: counts.commits };
  },
);

const none = (): Counts => ({ commits: 0, authors: {}, counted: [] });
