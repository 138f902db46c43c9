import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildError } from './build-error.ts';

/** The folder of job.wit: beside the published package's `dist`, or at the root of the repository. */
export function findWit(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const wit = join(folder, 'wit');
    if (existsSync(join(wit, 'job.wit'))) return wit;
    if (folder === dirname(folder)) {
      throw new BuildError('wit/job.wit is not there', { hint: 'Install @jobico/sdk again, or name the folder.' });
    }
  }
}
