import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { HostAnswer, HostCall, HttpRequest, SandboxOutcome } from '@jobico/component';
import { compileSchema, jobsOf, parsePackage, validatePackage, type Fault, type Job } from '@jobico/contract';
import { createMemoryKv, type MemoryKv } from './memory-kv.ts';
import { startJobs } from './start-jobs.ts';

/** One attempt at one event, as a package's reader expects it. */
export interface Run {
  event: string;
  job: string;
  attempt: number;
  status: 'ok' | 'retry' | 'failed' | 'dead' | 'cancelled';
  result?: unknown;
  message?: string;
}

export interface PackageRun {
  runs: Run[];
  kv: MemoryKv;
}

/** An event on its way to its job. */
interface Pending {
  id: string;
  job: Job;
  data: unknown;
  attempt: number;
}

interface Outgoing {
  event: string;
  data: unknown;
}

/**
 * Runs a package without a platform: each sample event through its job, and on through the routes and what is raised,
 * with the grants of the package and one sandbox for all its components; `http` stands for the granted hosts. Throws for
 * an event that its schema refuses.
 */
export async function runPackage(
  file: string,
  events: Record<string, unknown[]>,
  { http = refuseHttp }: { http?: (request: HttpRequest) => HostAnswer } = {},
): Promise<PackageRun> {
  const admit = await readPackage(file);
  const kv = createMemoryKv();
  const raised: Outgoing[] = [];
  const jobsInSandbox = await startJobs(dirname(file), (call, job) => answer(call, job, { kv, raised, http }));
  const samples = Object.entries(events).flatMap(([event, all]) => all.map((data) => ({ event, data })));
  const pending = samples.map((sample) => admit(sample));
  const runs: Run[] = [];
  try {
    for (let next = pending.shift(); next; next = pending.shift()) {
      raised.length = 0;
      const run = toRun(next, await jobsInSandbox.run(next));
      runs.push(run);
      if (run.status === 'retry') pending.push({ ...next, attempt: next.attempt + 1 });
      pending.push(...outgoing(next, run, raised).map((each) => admit(each)));
    }
  } finally {
    await jobsInSandbox.stop();
  }
  return { runs, kv };
}

/** Finds the job of an event whose data its schema takes. */
async function readPackage(file: string): Promise<(sample: Outgoing) => Pending> {
  const jobs = jobsOf(validatePackage(parsePackage(await readFile(file, 'utf8')).value));
  const schemas = new Map<string, (value: unknown) => Fault[]>();
  for (const { event, schemaref } of jobs) {
    if (schemaref) schemas.set(event, compileSchema(await readFile(join(dirname(file), schemaref), 'utf8')));
  }
  let count = 0;
  return ({ event, data }) => {
    const job = jobs.find((each) => each.event === event);
    if (!job) throw new Error(`${basename(file)} declares no event ${event}`);
    const [fault] = schemas.get(event)?.(data) ?? [];
    if (fault) throw new Error(`${event} ${fault.path}: ${fault.message}`);
    count += 1;
    return { id: `event-${count}`, job, data, attempt: 1 };
  };
}

interface World {
  kv: MemoryKv;
  raised: Outgoing[];
  http: (request: HttpRequest) => HostAnswer;
}

function refuseHttp({ url }: HttpRequest): HostAnswer {
  return { ok: false, error: { tag: 'denied', val: url } };
}

function answer(call: HostCall, { grant }: Job, { kv, raised, http }: World): HostAnswer {
  if (call.kind === 'http.send') {
    const { origin } = new URL(call.args.url);
    return grant.http?.includes(origin) ? http(call.args) : refuseHttp(call.args);
  }
  if (call.kind !== 'outbox.emit') return kv.answer(call, grant);
  const { event, data } = call.args;
  if (!grant.emit?.includes(event)) return { ok: false, error: { tag: 'denied', val: event } };
  raised.push({ event, data: JSON.parse(data) });
  return { ok: true };
}

function toRun({ job, attempt }: Pending, { status, result, message }: SandboxOutcome): Run {
  const mayRetry = status !== 'permanent' && attempt < job.retry.maximumAttempts;
  const failed = mayRetry ? 'retry' : job.error === undefined ? 'dead' : 'failed';
  return {
    event: job.event,
    job: job.id,
    attempt,
    status: status === 'ok' ? 'ok' : failed,
    ...(result !== undefined && { result: JSON.parse(result) as unknown }),
    ...(message !== undefined && { message }),
  };
}

/** What an outcome puts on other queues. */
function outgoing({ job, data }: Pending, { status, result, message }: Run, raised: readonly Outgoing[]): Outgoing[] {
  if (status === 'ok') return [...(job.ok === undefined ? [] : [{ event: job.ok, data: result }]), ...raised];
  if (status !== 'failed' || job.error === undefined) return [];
  return [{ event: job.error, data: { event: data, error: { code: 'permanent', message } } }];
}
