import { createHandler } from '../handler.ts';
import type { HostFailure } from '../host/host.ts';
import { createHttp } from '../http.ts';
import type { Job, JobEvent } from '../job.ts';
import { createKv } from '../kv.ts';
import { createTestHost, type TestGrants, type TestTrace } from './test-host.ts';

/** The event of a test; all but its data has a default. */
export type TestEvent<Data> = Partial<Omit<JobEvent<Data>, 'data'>> & { data: Data };

/** What came of it: `ok` with the result as the platform keeps it, else the message of the failure. */
export type TestRun<Result> = TestTrace &
  ({ status: 'ok'; result: Result } | { status: 'retry' | 'permanent'; message: string });

/**
 * Runs a job on an event in this process, with a host in memory, and answers what it returned or how it failed, what it
 * logged, raised, requested and stored. Never throws for what the job does. It is no sandbox: engine, limits and deadlines are
 * Node's, so `jobico test` has the last word.
 */
export async function runJob<Data, Result>(
  job: Job<Data, Result>,
  event: TestEvent<Data>,
  grants: TestGrants = {},
): Promise<TestRun<Result>> {
  const { host, trace } = createTestHost(grants);
  const { data, ...rest } = event;
  const handler = createHandler(job, host, { createKv, createHttp });
  try {
    const text = await handler.handle({
      id: 'test',
      tenant: 'test',
      name: 'test',
      time: '2026-01-01T00:00:00.000Z',
      attempt: 1,
      ...rest,
      key: rest.key ?? null,
      data: JSON.stringify(data),
    });
    return { ...trace, status: 'ok', result: (text === undefined ? undefined : JSON.parse(text)) as Result };
  } catch (error) {
    const { tag, val } = error as HostFailure;
    if (tag !== 'retry' && tag !== 'permanent') throw error;
    return { ...trace, status: tag, message: val };
  }
}
