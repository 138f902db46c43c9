// Does the listener hold more the more events it has taken?
import { jetstreamManager } from '@nats-io/jetstream';
import { watchOthers } from '../measure/others.ts';
import type { Run } from '../rounds.ts';
import { startListenerFront } from '../subjects/fronts/start-listener.ts';
import { measureAccepting } from './accepting.ts';

/** What the listener's process held after so many events. */
export interface Held {
  events: number;
  /** Resident, MiB. */
  residentMiB: number;
  /** JavaScript's heap without garbage and what hangs on it, MiB. */
  heldMiB: number;
}

export interface FrontMemoryFinding {
  /** After each part, as many events each. */
  held: Held[];
  othersShare: number | undefined;
}

const EVENTS = 1_000_000;
const QUICK_EVENTS = 50_000;
const PARTS = 10;

/** One round: events, half of each part one a request and half a hundred; each part is thrown away when it is stored. */
export async function playFrontMemory(run: Run): Promise<FrontMemoryFinding> {
  await using front = await startListenerFront(run, ['--expose-gc']);
  const jsm = await jetstreamManager(front.nc);
  const othersShare = watchOthers();
  const part = (run.isQuick ? QUICK_EVENTS : EVENTS) / PARTS;
  const held: Held[] = [];
  for (let sent = part; held.length < PARTS; sent += part) {
    await measureAccepting(front, run.load, part / 2, 1);
    await measureAccepting(front, run.load, part / 2, 100);
    await jsm.streams.purge(front.stream);
    const resident = await front.process.ask<NodeJS.MemoryUsage>('resident');
    const { heapUsed, external } = await front.process.ask<NodeJS.MemoryUsage>('held');
    held.push({ events: sent, residentMiB: resident.rss / 2 ** 20, heldMiB: (heapUsed + external) / 2 ** 20 });
  }
  return { held, othersShare: othersShare() };
}
