import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import {
  JobicoError,
  jobsOf,
  nearest,
  parseExactJson,
  queueOf,
  type Job,
  type Queue,
  type Validator,
} from '@jobico/contract';
import type { PackageFile } from '../deploy/package-file.ts';
import { readLocalSchema } from '../deploy/schema-references.ts';

/** One event for one component: what `jobico test` runs. */
export interface TestCase {
  /** What the result is shown under. */
  title: string;
  /** Absolute. */
  component: string;
  /** The event's id in its package. */
  event: string;
  tenant: string;
  /** With all the digits of its numbers. */
  data: unknown;
  /** The job of the package; undefined for a component alone. */
  job: Job | undefined;
  /** Of the job, where there is one: it says where an event has its key. */
  queue: Queue | undefined;
}

/** A package's jobs, and what its events must fit. */
export interface TestPackage {
  folder: string;
  tenant: string;
  jobs: readonly Job[];
  queues: readonly Queue[];
  /** By event; undefined for an event of any JSON. */
  schemas: ReadonlyMap<string, Validator | undefined>;
  /** Those of the schemas, absolute. */
  schemaFiles: readonly string[];
}

/** Reads the schemas beside a package. Throws `schema-invalid` for one that is not there or is none. */
export async function readTestPackage({ file, definition }: PackageFile): Promise<TestPackage> {
  const folder = resolve(dirname(file));
  const jobs = jobsOf(definition);
  const schemas = new Map<string, Validator | undefined>();
  const schemaFiles: string[] = [];
  for (const { event, schemaref } of jobs) {
    if (schemaref === undefined) schemas.set(event, undefined);
    else {
      const { validate, files } = await readLocalSchema(folder, schemaref);
      schemas.set(event, validate);
      schemaFiles.push(...files);
    }
  }
  return { folder, tenant: definition.tenant, jobs, queues: definition.queues.map(queueOf), schemas, schemaFiles };
}

/** The job that a name stands for: of a runtime or of an event. Throws `usage`. */
export function findJobs({ jobs }: TestPackage, name: string): Job[] {
  const byEvent = jobs.filter(({ event }) => event === name);
  const found = byEvent.length > 0 ? byEvent : jobs.filter(({ id }) => id === name);
  if (found.length > 0) return found;
  const names = [...new Set(jobs.flatMap(({ id, event }) => [event, id]))];
  const meant = nearest(name, names);
  throw new JobicoError('usage', `the package has no job ${name}`, {
    hint:
      meant === undefined ? `Jobs are named by their event or runtime: ${names.join(', ')}.` : `Did you mean ${meant}?`,
  });
}

/** The sample events of jobs, from `events/<event>.json` beside the package: an event, or an array of them. */
export async function sampleCases(found: TestPackage, jobs: readonly Job[]): Promise<TestCase[]> {
  const cases: TestCase[] = [];
  for (const job of jobs) {
    const file = samplesOf(found.folder, job.event);
    if (existsSync(file)) cases.push(...(await casesOf(found, job, file)));
  }
  return cases;
}

/** Where the sample events of an event of a package are kept. */
export function samplesOf(folder: string, event: string): string {
  return join(folder, 'events', `${event}.json`);
}

/** The events of a file for a job; each item of an array is one. */
export async function casesOf(found: TestPackage, job: Job, file: string): Promise<TestCase[]> {
  const all = await readEventFile(file);
  return all.map((data, index) => ({
    ...caseOf(found, job, data),
    title:
      all.length > 1 ? `${job.event} (${shown(file)}, ${index + 1} of ${all.length})` : `${job.event} (${shown(file)})`,
  }));
}

export function caseOf(found: TestPackage, job: Job, data: unknown): TestCase {
  const { moduleref, event } = job;
  const queue = found.queues.find(({ id }) => id === job.queue);
  return { title: event, component: join(found.folder, moduleref), event, tenant: found.tenant, data, job, queue };
}

/** The events in a JSON file. Throws `usage` or `not-json`. */
export async function readEventFile(file: string): Promise<unknown[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new JobicoError('usage', `there is no file ${shown(file)}`, { cause });
  }
  try {
    const value = parseExactJson(text);
    return Array.isArray(value) ? (value as unknown[]) : [value];
  } catch (cause) {
    throw new JobicoError('not-json', `${shown(file)} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** A component that no package names: its event is called as the file says, or `event`. */
export function bareCase(component: string, data: unknown, eventFile: string | undefined): TestCase {
  const name = eventFile === undefined ? 'event' : basename(eventFile).replace(/\.json$/, '');
  const event = /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) ? name : 'event';
  return {
    title: basename(component),
    component: resolve(component),
    event,
    tenant: 'local',
    data,
    job: undefined,
    queue: undefined,
  };
}

const shown = (path: string): string => relative(process.cwd(), path) || '.';
