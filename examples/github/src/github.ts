/** The parts of GitHub's webhook deliveries that these jobs use; GitHub sends far more. */
export interface Repository {
  full_name: string;
}

export interface Push {
  /** `refs/heads/…` or `refs/tags/…`. */
  ref: string;
  deleted: boolean;
  commits: { id: string; distinct: boolean; author: { name: string; username?: string } }[];
  repository: Repository;
}

export interface IssueDelivery {
  /** `opened`, `edited`, `closed`, … */
  action: string;
  issue: { number: number; title: string; body: string | null; labels?: { name: string }[] };
  repository: Repository;
}

export interface PullRequestDelivery {
  /** `opened`, `synchronize`, `closed`, … */
  action: string;
  number: number;
  pull_request: {
    title: string;
    html_url: string;
    draft: boolean;
    merged: boolean;
    additions: number;
    deletions: number;
    changed_files: number;
    user: { login: string };
    /** Users, and teams, which have no login. */
    requested_reviewers: { login?: string; name?: string | null }[];
  };
  repository: Repository;
}

/** Raised by `triage-issue`: schemas/triage-label.json. */
export interface TriageLabel {
  repository: string;
  /** Names the issue everywhere: `owner/name#number`. */
  issue: string;
  labels: string[];
}

/** Result of `size-pull-request`: schemas/sized-pull-request.json. */
export interface SizedPullRequest {
  repository: string;
  number: number;
  title: string;
  url: string;
  author: string;
  reviewers: string[];
  state: 'draft' | 'open' | 'merged' | 'closed';
  size: 'XS' | 'S' | 'M' | 'L' | 'XL';
  changedLines: number;
  changedFiles: number;
}
