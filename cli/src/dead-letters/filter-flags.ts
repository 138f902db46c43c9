import type { ExecutionErrorCode, LetterFilters } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { given } from '../session/given.ts';

const CODES = [
  'retry',
  'permanent',
  'trap',
  'deadline',
  'memory',
  'platform',
  'invalid',
  'no-job',
  'expired',
] as const satisfies readonly ExecutionErrorCode[];

/** Which dead letters a command means, named or by what they have in common. */
export const letterArgs = {
  ids: Args.string({ description: 'Ids of dead letters; left out: all that the filters take.', multiple: true }),
};

export const letterFlags = {
  queue: Flags.string({ description: 'Only of this queue.' }),
  event: Flags.string({ description: 'Only of this event.' }),
  package: Flags.string({ description: 'Only of this package.' }),
  job: Flags.string({ description: 'Only of this job.' }),
  code: Flags.option({ options: CODES, description: 'Only with this cause.' })(),
  since: Flags.string({
    description: 'Only from this time on: 2026-11-21T10:00:00Z, 2026-11-21, or 90s, 30m, 2h, 7d ago.',
  }),
  until: Flags.string({ description: 'Only up to this time, given alike.' }),
};

type FilterFlags = Omit<LetterFilters, 'ids'>;

/** The filters of a command line. Throws `usage` for an id or a time that is none. */
export async function filtersOf(
  flags: { [F in keyof FilterFlags]: FilterFlags[F] | undefined },
  ids: readonly string[] | undefined,
): Promise<LetterFilters> {
  const { readTime } = await import('../session/read-time.ts');
  await assertIds(ids ?? []);
  const { queue, event, package: id, job, code, since, until } = flags;
  return given({
    ids: ids && ids.length > 0 ? ids.join(',') : undefined,
    queue,
    event,
    package: id,
    job,
    code,
    since: since === undefined ? undefined : readTime('--since', since),
    until: until === undefined ? undefined : readTime('--until', until),
  });
}

async function assertIds(ids: readonly string[]): Promise<void> {
  const wrong = ids.find((id) => !/^[1-9]\d{0,15}$/.test(id));
  if (wrong === undefined) return;
  const { JobicoError } = await import('@jobico/contract');
  throw new JobicoError('usage', `not the id of a dead letter: ${wrong}`, {
    hint: 'It is a number: `jobico deadletter list` shows it.',
  });
}
