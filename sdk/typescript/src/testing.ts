export { runJob } from './testing/run-job.ts';
export type { TestEvent, TestRun } from './testing/run-job.ts';
export type { TestBuckets, TestGrants, TestRequest, TestResponse, TestTrace } from './testing/test-host.ts';
