import { defineJob } from '@jobico/sdk';
import type { SizedPullRequest } from './github.ts';

/** Writes what the team is told of a pull request. */
export const handler = defineJob<SizedPullRequest, { text: string }>(({ data }, { log }) => {
  const text = textFor(data);
  log.info(text);
  return { text };
});

function textFor({ repository, number, title, author, reviewers, state, size }: SizedPullRequest): string {
  const what = `${repository}#${number} “${title}” by ${author} (${size})`;
  switch (state) {
    case 'merged':
      return `${what} is merged.`;
    case 'closed':
      return `${what} is closed.`;
    case 'draft':
      return `${what} is a draft, for ${reviewers.join(' and ') || 'nobody'} to see.`;
    case 'open':
      return `${what} waits for ${reviewers.join(' and ') || 'a reviewer'}.${size === 'XL' ? ' Can it be split?' : ''}`;
  }
}
