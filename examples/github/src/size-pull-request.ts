import { defineJob } from '@jobico/sdk';
import type { PullRequestDelivery, SizedPullRequest } from './github.ts';

/** The size of a pull request up to so many changed lines. */
const SIZES = [
  ['XS', 10],
  ['S', 50],
  ['M', 250],
  ['L', 1000],
] as const;

/** Sizes a pull request by its changed lines. The result is the data of `pull-request-sized`. */
export const handler = defineJob<PullRequestDelivery, SizedPullRequest>(({ data }, { log }) => {
  const { pull_request: pull, number, repository } = data;
  const changedLines = pull.additions + pull.deletions;
  const size = SIZES.find(([, most]) => changedLines <= most)?.[0] ?? 'XL';
  log.info(`${repository.full_name}#${number} has size ${size}: ${changedLines} lines in ${pull.changed_files} files`);
  return {
    repository: repository.full_name,
    number,
    title: pull.title,
    url: pull.html_url,
    author: pull.user.login,
    reviewers: pull.requested_reviewers.map(({ login, name }) => login ?? name ?? 'somebody'),
    state: stateOf(data),
    size,
    changedLines,
    changedFiles: pull.changed_files,
  };
});

function stateOf({ action, pull_request: { merged, draft } }: PullRequestDelivery): SizedPullRequest['state'] {
  if (merged) return 'merged';
  if (action === 'closed') return 'closed';
  return draft ? 'draft' : 'open';
}
