import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Client } from '@jobico/client';
import { asJobicoError, JobicoError, jobsOf, type PackageDefinition } from '@jobico/contract';
import type { Builder } from '@jobico/sdk/build';
import { planBuilds, sourceInputs, type BuildTarget } from '../build/build-plan.ts';
import { buildTarget } from '../build/build-target.ts';
import { deployFile, type Deployed } from '../deploy/deploy-file.ts';
import { readPackageFile, type PackageFile } from '../deploy/package-file.ts';
import { casesOf, readTestPackage, samplesOf } from '../local-run/test-case.ts';
import { touches } from '../watch/watch-files.ts';
import { devInputs } from './dev-inputs.ts';

/** How long each step to a live version took, milliseconds. */
export interface Took {
  buildMs: number;
  /** To store files that are new, components through the gate. */
  checkMs: number;
  deployMs: number;
  totalMs: number;
}

/** What a session does, as it does it. */
export interface DevTold {
  building(runtimes: readonly string[]): void;
  built(runtime: string, sizeBytes: number, durationMs: number): void;
  /** It cannot be live as it is now: what was live stays. */
  failed(error: JobicoError, live: number | undefined): void;
  deployed(output: Deployed, took: Took): void;
  sent(event: string, count: number): void;
}

/** A package that is worked on, on a platform that runs. */
export interface DevSession {
  /** Builds what the changed files concern (left out: everything), and makes the package live. Never throws. */
  refresh(changed?: ReadonlySet<string>): Promise<void>;
  /** Sends the sample events that lie beside the package. Never throws. */
  sendSamples(): Promise<void>;
  /** What the package is made of, absolute. */
  inputs(): readonly string[];
  /** Undefined until its file could be read. */
  definition(): PackageDefinition | undefined;
  /** Whether a version of it has been made live. */
  isLive(): boolean;
}

const BUILDS_AT_ONCE = 2;

export interface DevSessionOptions {
  client: Client;
  file: string;
  builder: Builder;
  told: DevTold;
  signal: AbortSignal;
}

export function createDevSession({ client, file, builder, told, signal }: DevSessionOptions): DevSession {
  const inputs = new Map<string, readonly string[]>();
  const fresh = new Set<string>();
  let source: PackageFile | undefined;
  let live: number | undefined;

  const buildDue = async (changed: ReadonlySet<string> | undefined): Promise<void> => {
    source = await readPackageFile(file);
    const targets = await planBuilds(source);
    const due = targets.filter(({ path, kind }) => {
      const isStale = changed === undefined || touches(changed, inputs.get(path) ?? []);
      return kind !== 'prebuilt' && (!fresh.has(path) || isStale);
    });
    for (const target of targets) if (!inputs.has(target.path)) inputs.set(target.path, sourceInputs(target));
    if (due.length > 0) told.building(due.map(({ runtime }) => runtime));
    await buildAll(due);
  };

  const buildAll = async (targets: readonly BuildTarget[]): Promise<void> => {
    const errors: unknown[] = [];
    const queue = targets.values();
    const work = async (): Promise<void> => {
      for (const target of queue) await build(target).catch((error: unknown) => errors.push(error));
    };
    await Promise.all(Array.from({ length: BUILDS_AT_ONCE }, work));
    const [first, ...more] = errors.map(asJobicoError);
    for (const error of more) told.failed(error, live);
    if (first) throw first;
  };

  const build = async (target: BuildTarget): Promise<void> => {
    fresh.delete(target.path);
    const built = await buildTarget(target, resolve(file, '..'), { builder, signal });
    inputs.set(target.path, built.inputs);
    fresh.add(target.path);
    told.built(target.runtime, built.bytes.length, built.durationMs);
  };

  return {
    inputs: () => devInputs(file, source?.definition, inputs),
    definition: () => source?.definition,
    isLive: () => live !== undefined,
    async refresh(changed) {
      const startedAt = performance.now();
      try {
        await buildDue(changed);
        const builtAt = performance.now();
        let storedAt = builtAt;
        const onStored = (): void => {
          storedAt = performance.now();
        };
        const output = await deployFile({ client, tenant: undefined, progress: () => undefined, onStored }, file);
        const now = performance.now();
        live = output.version;
        told.deployed(output, {
          buildMs: builtAt - startedAt,
          checkMs: storedAt - builtAt,
          deployMs: now - storedAt,
          totalMs: now - startedAt,
        });
      } catch (error) {
        if (!signal.aborted) told.failed(asJobicoError(error), live);
      }
    },
    async sendSamples() {
      try {
        if (source === undefined || live === undefined) throw new JobicoError('conflict', 'nothing is live yet');
        await sendSamplesOf(client, source, told);
      } catch (error) {
        if (!signal.aborted) told.failed(asJobicoError(error), live);
      }
    },
  };
}

async function sendSamplesOf(client: Client, source: PackageFile, told: DevTold): Promise<void> {
  const pack = await readTestPackage(source);
  const { tenant } = source.definition;
  let count = 0;
  for (const job of jobsOf(source.definition)) {
    const file = samplesOf(pack.folder, job.event);
    if (!existsSync(file)) continue;
    const data = (await casesOf(pack, job, file)).map((each) => each.data);
    if (data.length === 0) continue;
    await client.call('event.send', { tenant, event: job.event, data });
    count += data.length;
    told.sent(job.event, data.length);
  }
  if (count > 0) return;
  throw new JobicoError('not-found', 'there are no sample events', {
    hint: `Write some to events/${jobsOf(source.definition)[0]?.event ?? '<event>'}.json beside the package.`,
  });
}
