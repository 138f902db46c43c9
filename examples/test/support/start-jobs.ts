import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectComponent, startSandbox, type HostAnswer, type HostCall, type SandboxOutcome } from '@jobico/component';
import type { Job } from '@jobico/contract';

/** A sandbox that takes one event at a time, and loads a job's component for its first. */
export interface StartedJobs {
  run(event: { id: string; job: Job; data: unknown; attempt: number }): Promise<SandboxOutcome>;
  stop(): Promise<void>;
}

export async function startJobs(
  folder: string,
  answer: (call: HostCall, job: Job) => HostAnswer,
): Promise<StartedJobs> {
  const loaded = new Set<string>();
  let n = 0;
  let current: { job: Job; settle: (outcome: SandboxOutcome) => void } | undefined;
  const sandbox = await startSandbox({
    onOutcome: ([outcome]) => outcome && current?.settle(outcome),
    onHostCall: async (call) => {
      if (!current) throw new Error(`${call.kind} between two events`);
      return Promise.resolve(answer(call, current.job));
    },
  });
  const load = async ({ id: key, moduleref, grant }: Job): Promise<void> => {
    if (loaded.has(key)) return;
    const { artifact } = await inspectComponent(await readFile(join(folder, moduleref)));
    const mode = grant.kv || grant.emit || grant.http ? 'jspi' : 'sync';
    await sandbox.load({ key, artifact, mode, config: grant.config ?? {} });
    loaded.add(key);
  };
  return {
    run: async ({ id, job, data, attempt }) => {
      await load(job);
      n += 1;
      const { promise, resolve } = Promise.withResolvers<SandboxOutcome>();
      current = { job, settle: resolve };
      const time = '2026-03-04T05:06:07.089Z';
      const event = { id, tenant: 'acme', name: job.event, time, attempt, data: JSON.stringify(data) };
      sandbox.dispatch([{ n, lane: n, key: job.id, event }]);
      return promise;
    },
    stop: async () => {
      sandbox.kill();
      await sandbox.exited;
    },
  };
}
