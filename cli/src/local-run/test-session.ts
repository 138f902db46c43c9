import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { JobicoError, durationMs, parseExactJson } from '@jobico/contract';
import { createBuilder, type Builder } from '@jobico/sdk/build';
import { planBuilds, sourceInputs } from '../build/build-plan.ts';
import { buildTarget } from '../build/build-target.ts';
import { findPackageFile } from '../build/find-package.ts';
import { readPackageFile, type PackageFile } from '../deploy/package-file.ts';
import { readEvents } from '../session/read-events.ts';
import { touches } from '../watch/watch-files.ts';
import { readHttpMocks } from './http-mocks.ts';
import { createMemoryKv } from './memory-kv.ts';
import { readGrants } from './read-grants.ts';
import { createGate, runCase, type CaseOptions, type TestRun } from './run-cases.ts';
import {
  bareCase,
  caseOf,
  casesOf,
  findJobs,
  readTestPackage,
  sampleCases,
  samplesOf,
  type TestCase,
  type TestPackage,
} from './test-case.ts';

export interface TestFlags {
  job?: string | undefined;
  event?: string | undefined;
  data?: string | undefined;
  grant: readonly string[];
  kv?: string | undefined;
  http?: string | undefined;
  key?: string | undefined;
  id?: string | undefined;
  time?: string | undefined;
  attempt: number;
  timeout?: string | undefined;
  /** Whether the components of a package are built first. */
  build: boolean;
}

export interface SessionTold {
  onRun: (run: TestRun) => void;
  progress: (message: string) => void;
}

/** What `jobico test` was asked for; it can be run again. */
export interface TestSession {
  /** Builds what is to be built, runs every case, and answers what came of each. Throws what keeps a case from running. */
  run(changed?: ReadonlySet<string>, signal?: AbortSignal): Promise<TestRun[]>;
  /** What the last run was made of, absolute. */
  inputs(): readonly string[];
}

export async function createTestSession(target: string, flags: TestFlags, told: SessionTold): Promise<TestSession> {
  const isComponent = target.endsWith('.wasm');
  const file = isComponent ? target : await findPackageFile(target);
  const gate = createGate();
  const state = { inputs: new Map<string, readonly string[]>(), fresh: new Set<string>(), builder: createBuilder() };
  const fixed = [file, flags.event, flags.kv, flags.http].flatMap((each) =>
    each === undefined || each === '-' ? [] : [resolve(each)],
  );
  let beside: readonly string[] = [];
  return {
    inputs: () => [...fixed, ...beside, ...[...state.inputs.values()].flat()],
    async run(changed, signal) {
      const found = isComponent ? undefined : await readPackageFile(file);
      const pack = found && (await readTestPackage(found));
      beside = pack ? [...pack.schemaFiles, ...samplesFor(pack, flags)] : [];
      const cases = await (pack ? packageCases(pack, flags) : bareCases(file, flags));
      const options = { ...(await readOptions(flags)), schemas: pack?.schemas, signal };
      if (found && pack && flags.build) await buildFor(found, pack, cases, { ...state, changed, told, signal });
      const runs: TestRun[] = [];
      for (const each of cases) {
        const run = await runCase(each, gate, options);
        told.onRun(run);
        runs.push(run);
      }
      return runs;
    },
  };
}

const samplesFor = ({ folder, jobs }: TestPackage, flags: TestFlags): string[] =>
  flags.event === undefined ? jobs.map(({ event }) => samplesOf(folder, event)) : [];

async function readOptions(flags: TestFlags): Promise<Omit<CaseOptions, 'schemas'>> {
  const { grant, id, key, attempt, time, timeout, kv, http } = flags;
  if (time !== undefined && Number.isNaN(Date.parse(time)))
    throw new JobicoError('usage', `--time: not a time: ${time}`, { hint: 'It looks like 2026-11-21T10:00:00Z.' });
  // What is wrong with them is said before anything is built.
  readGrants(grant);
  return {
    grants: grant,
    kv: createMemoryKv(kv === undefined ? {} : bucketsOf(await jsonFile(kv, '--kv'))),
    http: readHttpMocks(http === undefined ? {} : await jsonFile(http, '--http')),
    id,
    key,
    attempt,
    time: time === undefined ? undefined : new Date(time).toISOString(),
    timeoutMs: timeout === undefined ? undefined : timeoutOf(timeout),
  };
}

function timeoutOf(text: string): number {
  const allowed = /^PT(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?$/;
  if (allowed.test(text)) return durationMs(text);
  throw new JobicoError('usage', `--timeout: not a duration: ${text}`, { hint: 'It looks like PT5S or PT1M.' });
}

async function jsonFile(file: string, flag: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new JobicoError('usage', `${flag}: there is no file ${file}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JobicoError('not-json', `${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function bucketsOf(value: unknown): Record<string, Record<string, unknown>> {
  const isObject = (each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each);
  if (isObject(value) && Object.values(value as object).every(isObject))
    return value as Record<string, Record<string, unknown>>;
  throw new JobicoError('invalid', '--kv: the file is no object of buckets', {
    hint: 'It looks like {"prices": {"socks": {"cents": 900}}}.',
  });
}

async function packageCases(pack: TestPackage, flags: TestFlags): Promise<TestCase[]> {
  const jobs = flags.job === undefined ? pack.jobs : findJobs(pack, flags.job);
  if (flags.event === undefined && flags.data === undefined) {
    const cases = await sampleCases(pack, jobs);
    if (cases.length > 0) return cases;
    throw new JobicoError('usage', 'there is no event to run', {
      hint: `Write one to events/${jobs[0]?.event ?? '<event>'}.json, or give one with --event or --data.`,
    });
  }
  const [only, ...others] = jobs;
  if (only === undefined || others.length > 0) {
    throw new JobicoError('usage', 'which job is the event for?', {
      hint: `Name it with --job: ${jobs.map(({ event }) => event).join(', ')}.`,
    });
  }
  if (flags.event !== undefined && flags.event !== '-') return await casesOf(pack, only, flags.event);
  const events = await given(flags);
  return events.map((data) => caseOf(pack, only, data));
}

async function bareCases(file: string, flags: TestFlags): Promise<TestCase[]> {
  if (flags.job !== undefined) throw new JobicoError('usage', '--job is of a package, and this is a component');
  const events = await given(flags);
  return events.map((data) => bareCase(file, data, flags.event === '-' ? undefined : flags.event));
}

async function given({ event, data }: TestFlags): Promise<unknown[]> {
  if (event === undefined && data === undefined) return [parseExactJson('{}')];
  const read = await readEvents({ file: event, texts: data === undefined ? undefined : [data], isBatch: false });
  const [only] = read;
  return event !== undefined && Array.isArray(only) ? (only as unknown[]) : read;
}

interface BuildState {
  /** What each component is made of, by its path. */
  inputs: Map<string, readonly string[]>;
  /** Components that are as their sources are, as far as is known. */
  fresh: Set<string>;
  /** Left out: everything may have changed. */
  changed: ReadonlySet<string> | undefined;
  builder: Builder;
  told: SessionTold;
  signal: AbortSignal | undefined;
}

/** Builds the components of the cases, those that a change concerns. */
async function buildFor(
  source: PackageFile,
  { folder }: TestPackage,
  cases: readonly TestCase[],
  { inputs, fresh, changed, builder, told, signal }: BuildState,
): Promise<void> {
  const wanted = new Set(cases.map(({ component }) => component));
  for (const target of await planBuilds(source)) {
    const { path, kind, runtime } = target;
    if (!wanted.has(path)) continue;
    const known = inputs.get(path) ?? sourceInputs(target);
    inputs.set(path, known);
    if (kind === 'prebuilt' || (fresh.has(path) && changed && !touches(changed, known))) continue;
    fresh.delete(path);
    told.progress(`building ${runtime} …`);
    inputs.set(path, (await buildTarget(target, folder, { builder, signal })).inputs);
    fresh.add(path);
  }
}
