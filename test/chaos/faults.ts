import { setTimeout as delay } from 'node:timers/promises';
import { childrenOf } from './platform/sandboxes.ts';
import type { ChaosPlatform, Part } from './platform/start-platform.ts';
import type { Random } from './random.ts';

/** Longer than a pin lasts. */
const PAUSE_MS = [9000, 11_000] as const;

interface Scene {
  platform: ChaosPlatform;
  random: Random;
  note: (what: string) => void;
  /** One executor or the other: each is hit as often, and one of them has the queues. */
  nextExecutor: () => Part;
  /** Modules that are stopped. */
  stopped: Set<string>;
}

/** Breaks something, and resolves once it is whole again. */
type Fault = (scene: Scene) => Promise<void>;

const killModule = async ({ module }: Part, { random, note }: Scene) => {
  await module.untilReady();
  const downMs = random.between(0, 1500);
  note(`kill ${module.name} (${module.pid}), start it again after ${downMs} ms`);
  module.kill(downMs);
};

const killExecutor: Fault = (scene) => killModule(scene.nextExecutor(), scene);
const killCtl: Fault = (scene) => killModule(scene.platform.ctl, scene);
const killListener: Fault = (scene) => killModule(scene.platform.listener, scene);

const killSandbox: Fault = async ({ nextExecutor, random, note }) => {
  const { module } = nextExecutor();
  await module.untilReady();
  const children = module.pid === undefined ? [] : await childrenOf(module.pid);
  if (children.length === 0) return note(`${module.name} has no sandbox to kill`);
  const pid = random.pick(children);
  note(`kill a sandbox of ${module.name} (${pid})`);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    note(`it was gone already`);
  }
};

const killNats: Fault = async ({ platform, random, note }) => {
  const downMs = random.between(0, 2500);
  note(`kill nats-server, start it again after ${downMs} ms`);
  await platform.nats.kill(downMs);
};

const pauseExecutor: Fault = async ({ nextExecutor, random, note, stopped }) => {
  const { module } = nextExecutor();
  if (stopped.has(module.name)) return note(`${module.name} is stopped already`);
  stopped.add(module.name);
  await module.untilReady();
  const forMs = random.between(...PAUSE_MS);
  note(`stop ${module.name} for ${forMs} ms`);
  await module.pause(forMs);
  stopped.delete(module.name);
  note(`${module.name} goes on`);
};

const cutWire: Fault = async ({ platform, nextExecutor, random, note }) => {
  const { module, wire } = random.chance(0.6) ? nextExecutor() : random.pick(platform.parts);
  const [muteMs, downMs] = [random.pick([0, 300, 1500]), random.between(0, 4000)];
  note(`${module.name} hears nothing of NATS for ${muteMs} ms, then is cut off for ${downMs} ms`);
  await wire.cut(muteMs, downMs);
};

/** What gets killed, in ten. */
const KILLS: readonly Fault[] = [
  killExecutor,
  killSandbox,
  killNats,
  killListener,
  killExecutor,
  killNats,
  killSandbox,
  killExecutor,
  killCtl,
  killExecutor,
];

/** As many kills; for five of them, two cuts and a stop besides. */
function dealFaults(kills: number, random: Random): Fault[] {
  const deck = Array.from({ length: kills }, (_, index) => KILLS[index % KILLS.length] ?? killExecutor);
  for (let index = 0; index < kills; index += 5) deck.push(pauseExecutor, cutWire, cutWire);
  return random.shuffled(deck);
}

/** Breaks things while the load runs; resolves with how many once everything is whole again. */
export async function runFaults(
  { platform, random, note }: Pick<Scene, 'platform' | 'random' | 'note'>,
  kills: number,
  durationMs: number,
  signal: AbortSignal,
): Promise<number> {
  let bag: Part[] = [];
  const nextExecutor = () => {
    if (bag.length === 0) bag = random.shuffled(platform.executors);
    return bag.pop() ?? random.pick(platform.executors);
  };
  const scene: Scene = { platform, random, note, nextExecutor, stopped: new Set() };
  const faults = dealFaults(kills, random);
  const healing: Promise<void>[] = [];
  const startedMs = performance.now();
  try {
    for (const [index, fault] of faults.entries()) {
      const atMs = ((index + random.next()) / faults.length) * durationMs;
      await delay(Math.max(0, startedMs + atMs - performance.now()), undefined, { signal });
      healing.push(fault(scene));
    }
  } finally {
    await Promise.all(healing);
  }
  await platform.untilReady();
  return faults.length;
}
