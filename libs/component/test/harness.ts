import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { inspectComponent, startSandbox } from '@jobico/component';
import type {
  Dispatch,
  HostAnswer,
  HostCall,
  LoadedComponent,
  Sandbox,
  SandboxExit,
  SandboxOptions,
  SandboxOutcome,
} from '@jobico/component';

import { buildGuest } from '../../../test/components/build.ts';

const root = join(import.meta.dirname, '..');
const kept = join(root, '../../test/components/build');
const artifacts = new Map<string, Promise<Uint8Array>>();

/** A guest of test/components, through the gate; kept on disk under a hash of the guest and of the gate. */
export function artifactOf(guest: string): Promise<Uint8Array> {
  const known = artifacts.get(guest);
  if (known !== undefined) return known;
  const made = findOrMake(guest);
  artifacts.set(guest, made);
  return made;
}

async function findOrMake(guest: string): Promise<Uint8Array> {
  const bytes = await buildGuest(guest);
  const hash = createHash('sha256').update(bytes);
  for (const file of globSync('src/{gate,artifact,wasi}/*.ts', { cwd: root }).toSorted()) {
    hash.update(await readFile(join(root, file)));
  }
  const path = join(kept, `${guest}-${hash.digest('hex').slice(0, 16)}.artifact`);
  if (existsSync(path)) return readFile(path);
  const { artifact } = await inspectComponent(bytes);
  await writeFile(`${path}.${process.pid}.part`, artifact);
  await rename(`${path}.${process.pid}.part`, path);
  return artifact;
}

/** A sandbox of one test, and what came out of it. */
export interface Box {
  readonly sandbox: Sandbox;
  readonly outcomes: SandboxOutcome[];
  readonly calls: HostCall[];
  /** Loads a guest under its own name. */
  load(guest: string, options?: Partial<LoadedComponent>): Promise<void>;
  /** Dispatches events and waits for the outcome of each, in their order. */
  run(...events: Event[]): Promise<SandboxOutcome[]>;
  /** Dispatches without waiting; the numbers. */
  send(...events: Event[]): number[];
  /** Waits for one outcome. */
  outcome(n: number): Promise<SandboxOutcome>;
  readonly exited: Promise<SandboxExit>;
}

/** What a test says of an event; the lane is its own unless told. */
export interface Event {
  readonly key: string;
  readonly data?: unknown;
  readonly lane?: number;
  readonly attempt?: number;
  readonly eventKey?: string;
}

export interface BoxOptions extends Partial<SandboxOptions> {
  readonly start?: (options: SandboxOptions) => Promise<Sandbox>;
  readonly answer?: (call: HostCall) => HostAnswer | Promise<HostAnswer>;
}

/** Runs a test with a sandbox and ends it, whatever happens. */
export async function withSandbox(test: (box: Box) => Promise<void>, options: BoxOptions = {}): Promise<void> {
  const box = await openBox(options);
  try {
    await test(box);
  } finally {
    box.sandbox.kill();
    await box.exited;
  }
}

async function openBox({ answer, start = startSandbox, ...options }: BoxOptions): Promise<Box> {
  const outcomes: SandboxOutcome[] = [];
  const calls: HostCall[] = [];
  const waiting = new Map<number, (outcome: SandboxOutcome) => void>();
  const sandbox = await start({
    ...options,
    onOutcome(batch) {
      outcomes.push(...batch);
      for (const outcome of batch) waiting.get(outcome.n)?.(outcome);
      options.onOutcome?.(batch);
    },
    async onHostCall(call) {
      calls.push(call);
      if (answer === undefined) throw new Error('no answer in this test');
      return answer(call);
    },
  });
  let events = 0;
  const outcome = (n: number): Promise<SandboxOutcome> => {
    const known = outcomes.find((candidate) => candidate.n === n);
    return known === undefined ? new Promise((resolve) => waiting.set(n, resolve)) : Promise.resolve(known);
  };
  const send = (...batch: Event[]): number[] => {
    const dispatches = batch.map((event) => toDispatch(event, (events += 1)));
    sandbox.dispatch(dispatches);
    return dispatches.map(({ n }) => n);
  };
  return {
    sandbox,
    outcomes,
    calls,
    send,
    outcome,
    run: (...batch) => Promise.all(send(...batch).map(outcome)),
    load: async (guest, loaded = {}) => {
      const artifact = await artifactOf(guest);
      await sandbox.load({ key: guest, artifact, mode: 'sync', config: {}, ...loaded });
    },
    exited: sandbox.exited,
  };
}

function toDispatch({ key, data = {}, lane, attempt = 1, eventKey }: Event, n: number): Dispatch {
  return {
    n,
    lane: lane ?? n + 1_000_000,
    key,
    event: {
      id: `event-${n}`,
      tenant: 'acme',
      name: 'order-placed',
      ...(eventKey !== undefined && { key: eventKey }),
      time: '2030-01-01T00:00:00.000Z',
      attempt,
      data: JSON.stringify(data),
    },
  };
}

/** Resolves when `condition` holds; looks again after every turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
