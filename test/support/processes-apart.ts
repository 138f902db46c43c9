import { expect } from 'vitest';
import { startKillableNats, type KillableNats } from './killable-nats.ts';
import { LEDGER, LEDGER_GUESTS } from './ledger-package.ts';
import { packageFolder } from './package-folder.ts';
import { natsServerBinary, up, type PlatformProcess } from './platform-process.ts';

export interface ProcessesApart<Front extends string> {
  nats: KillableNats;
  /** One for each of the lists of modules that were asked for. */
  fronts: Record<Front, PlatformProcess>;
  workers: PlatformProcess[];
  /** Starts one more, of these modules. */
  run: (modules: string) => Promise<PlatformProcess>;
}

/** A NATS, what takes events and answers questions, and executors, each in a process of its own, with the ledger deployed. */
export async function processesApart<Front extends string>(
  modules: readonly Front[],
  executors: number,
  definition: object = LEDGER,
): Promise<ProcessesApart<Front>> {
  const nats = await startKillableNats(await natsServerBinary());
  const run = (names: string) => up({ args: ['--nats-url', nats.url, '--modules', names] });
  const started = await Promise.all([...modules, ...Array.from({ length: executors }, () => 'executor')].map(run));
  const named = modules.map((each, index) => [each, started[index]] as const);
  const fronts = Object.fromEntries(named) as Record<Front, PlatformProcess>;
  const ctl = started[modules.findIndex((each) => each.split(',').includes('ctl'))];
  const { file } = await packageFolder(definition, LEDGER_GUESTS);
  const deployed = await ctl?.jobico('deploy', file);
  expect(deployed).toMatchObject({ exitCode: 0, stderr: '' });
  return { nats, fronts, workers: started.slice(modules.length), run };
}
