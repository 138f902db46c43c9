import { defineJob } from '@jobico/sdk';
import type { TriageLabel } from './github.ts';

/** Keeps the labels of an issue. A real one would set them at GitHub, over `http` with a token that it is granted. */
export const handler = defineJob<TriageLabel, string[]>(({ data: { issue, labels } }, { kv, log }) => {
  const all = kv.bucket('labels').update<string[]>(issue, (before = []) => [...new Set([...before, ...labels])]);
  log.info(`${issue} is labelled ${all.join(', ')}`);
  return all;
});
