import type { OperationInput } from '@jobico/contract';
import { Flags } from '@oclif/core';

/** What a schedule raises and when, on a command line. */
export const specFlags = {
  at: Flags.string({ description: 'Once: an ISO 8601 time, UTC where it has no offset, or in how long: 90s, 2h.' }),
  every: Flags.string({ description: 'Again and again: 30s, 5m, 2h, 1d, or an ISO 8601 duration.' }),
  cron: Flags.string({ description: 'Six fields: second minute hour day month weekday.' }),
  timezone: Flags.string({ description: 'Of --cron, such as Europe/Paris. Default UTC.' }),
  data: Flags.string({ description: 'Data of the event as JSON. Default {}.' }),
  key: Flags.string({ description: 'Ordering key where the queue has no pointer.' }),
};

type Spec = Omit<OperationInput<'schedule.update'>, 'tenant' | 'schedule' | 'event'>;

/** The flags as operations take them. Throws `usage`, `not-json`. */
export async function specOf(flags: { [name in keyof typeof specFlags]?: string | undefined }): Promise<Spec> {
  const { readMoment, readDuration } = await import('../session/read-moment.ts');
  const { given } = await import('../session/given.ts');
  const { at, every, cron, timezone, data, key } = flags;
  return given({
    at: at === undefined ? undefined : readMoment('--at', at),
    every: every === undefined ? undefined : readDuration('--every', every),
    cron,
    timezone,
    data: data === undefined ? undefined : await parsed(data),
    key,
  });
}

async function parsed(text: string): Promise<unknown> {
  const { JobicoError, parseExactJson } = await import('@jobico/contract');
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw new JobicoError('not-json', `--data is not JSON: ${(cause as Error).message}`, { cause });
  }
}
