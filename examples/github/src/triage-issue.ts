import { defineJob, type Config } from '@jobico/sdk';
import type { IssueDelivery, TriageLabel } from './github.ts';

const ACTIONS = ['opened', 'edited', 'reopened'];

/** Finds labels for an issue by the words of its title and text, and raises `triage-label` with those that it lacks. */
export const handler = defineJob<IssueDelivery, { issue: string; labels: string[] }>(
  ({ data: { action, issue, repository } }, { config, emit, log }) => {
    const name = `${repository.full_name}#${issue.number}`;
    if (!ACTIONS.includes(action)) {
      log.debug(`${name} was ${action}: nothing to find`);
      return { issue: name, labels: [] };
    }
    const has = issue.labels?.map((label) => label.name) ?? [];
    const labels = labelsFor(`${issue.title}\n${issue.body ?? ''}`, config).filter((label) => !has.includes(label));
    log.info(`${name}: ${labels.join(', ') || 'no label'}`);
    if (labels.length > 0) {
      emit('triage-label', { repository: repository.full_name, issue: name, labels } satisfies TriageLabel);
    }
    return { issue: name, labels };
  },
);

function labelsFor(text: string, config: Config): string[] {
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  const labels = config.get('labels')?.split(',') ?? [];
  return labels.filter((label) =>
    config
      .get(`words.${label}`)
      ?.split(',')
      .some((word) => words.has(word)),
  );
}
