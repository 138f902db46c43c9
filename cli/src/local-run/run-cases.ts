import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { inspectComponent, type JobEvent } from '@jobico/component';
import { JobicoError, keyOf, type Fault, type GrantDefinition, type Validator } from '@jobico/contract';
import { EXECUTION_LIMITS } from '@jobico/executor/host';
import type { HttpMocks } from './http-mocks.ts';
import { createLocalHost } from './local-host.ts';
import type { MemoryKv } from './memory-kv.ts';
import { readGrants } from './read-grants.ts';
import { runEvent, type LocalRun } from './run-event.ts';
import type { TestCase } from './test-case.ts';

/** What an executor gives a component where nobody says otherwise. */
const MEMORY_MIB = 64;
const DEFAULT_TIMEOUT_MS = 30_000;

export interface CaseOptions {
  /** As `--grant` has them. */
  grants: readonly string[];
  kv: MemoryKv;
  http: HttpMocks;
  schemas: ReadonlyMap<string, Validator | undefined> | undefined;
  /** Of the event; each has a default. */
  id?: string | undefined;
  key?: string | undefined;
  attempt?: number | undefined;
  time?: string | undefined;
  /** Instead of the job's own. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** A run, and what it was of: an item of `jobico test --json`. */
export interface TestRun extends LocalRun {
  title: string;
  component: { digest: string; sizeBytes: number };
  event: { id: string; name: string; key?: string; attempt: number };
}

/** Puts components through the gate, each state of a file once. */
export type Gate = (path: string) => Promise<{ artifact: Uint8Array; digest: string; sizeBytes: number }>;

export function createGate(): Gate {
  const known = new Map<string, ReturnType<Gate>>();
  return async (path) => {
    const info = await stat(path).catch((cause: unknown) => {
      throw new JobicoError('usage', `there is no component ${path}`, {
        hint: 'Build it first: jobico build',
        cause,
      });
    });
    const key = `${path} ${info.mtimeMs} ${info.size}`;
    const passing = known.get(key) ?? readFile(path).then((bytes) => inspectComponent(bytes));
    known.set(key, passing);
    return await passing;
  };
}

/** Runs one case as the platform would: gate, schema, grants, sandbox, deadline. Throws `component-refused` and `invalid`. */
export async function runCase(test: TestCase, gate: Gate, options: CaseOptions): Promise<TestRun> {
  const { artifact, digest, sizeBytes } = await gate(test.component);
  assertValid(test, options.schemas);
  const { grant, secrets } = readGrants(options.grants, test.job?.grant);
  const event = eventOf(test, options);
  const answer = createLocalHost({ grant, kv: options.kv, http: options.http, schemas: options.schemas });
  const run = await runEvent({
    component: {
      artifact,
      // What an executor denies without being asked is to be seen here.
      mode: 'jspi',
      config: { ...configOf(grant), ...secrets },
      limits: EXECUTION_LIMITS,
    },
    event,
    timeoutMs: options.timeoutMs ?? test.job?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    memoryMiB: MEMORY_MIB,
    answer,
    signal: options.signal,
  });
  const { id, name, key, attempt } = event;
  return {
    title: test.title,
    component: { digest, sizeBytes },
    event: { id, name, ...(key !== undefined && { key }), attempt },
    ...run,
  };
}

const configOf = ({ config }: GrantDefinition): Record<string, string> => config ?? {};

/** An event that its queue would not take never comes to the job. */
function assertValid({ event, data, title }: TestCase, schemas: CaseOptions['schemas']): void {
  const faults: Fault[] = schemas?.get(event)?.(JSON.parse(JSON.stringify(data))) ?? [];
  if (faults.length === 0) return;
  throw new JobicoError('invalid', `${title}: the event is not what the schema of ${event} wants`, { faults });
}

function eventOf({ event, tenant, data, queue }: TestCase, { id, key, attempt, time }: CaseOptions): JobEvent {
  const found = queue === undefined ? key : keyOf(queue, data, key);
  return {
    id: id ?? randomUUID(),
    tenant,
    name: event,
    key: found,
    time: time ?? new Date().toISOString(),
    attempt: attempt ?? 1,
    data: JSON.stringify(data),
  };
}
