import type { JobContext, JobEvent } from '@jobico/sdk';
import { expect, test } from 'vitest';
import { handler } from '../github/src/count-commits.ts';
import type { Push } from '../github/src/github.ts';

test('an event that runs twice counts once', async () => {
  let kept: unknown;
  const update = <T>(_: string, change: (current: T | undefined) => T): T => {
    const next = change(kept as T | undefined);
    kept = next;
    return next;
  };
  const context = { kv: { bucket: () => ({ update }) }, log: { info: () => {} } } as unknown as JobContext;
  const data: Push = {
    ref: 'refs/heads/main',
    deleted: false,
    commits: [
      { id: 'a', distinct: true, author: { name: 'Ada', username: 'ada' } },
      { id: 'b', distinct: false, author: { name: 'Ada', username: 'ada' } },
    ],
    repository: { full_name: 'acme/shop' },
  };
  const event = { id: 'delivery-1', data } as JobEvent<Push>;
  await handler.run(event, context);
  const second = await handler.run(event, context);
  expect(second).toMatchObject({ commits: 1 });
  expect(kept).toMatchObject({ authors: { ada: 1 }, counted: ['delivery-1'] });
});
