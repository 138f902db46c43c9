// How fast is the way in, by itself?
import { watchOthers } from '../measure/others.ts';
import type { Run } from '../rounds.ts';
import type { Front, FrontName } from '../subjects/fronts/front.ts';
import { startBoundFront } from '../subjects/fronts/start-bound-front.ts';
import { startListenerFront } from '../subjects/fronts/start-listener.ts';
import { measureAccepting, type Accepting } from './accepting.ts';

/** How many events each front gets, by the events of a request. */
export interface FrontSize {
  warmUp: { single: number; bulk: number };
  single: number;
  bulk: number;
}

const SIZE: FrontSize = { warmUp: { single: 10_000, bulk: 20_000 }, single: 20_000, bulk: 40_000 };
const QUICK: FrontSize = { warmUp: { single: 2000, bulk: 5000 }, single: 3000, bulk: 10_000 };
const BATCH = { single: 1, bulk: 100 } as const;
/** Each question is asked in as many parts, in turn with the other fronts. */
const PARTS = 2;

export const KINDS = ['single', 'bulk'] as const;
export type Kind = (typeof KINDS)[number];

export interface FrontFinding {
  /** The parts of each question. */
  found: Record<Kind, Record<FrontName, Accepting[]>>;
  othersShare: number | undefined;
}

/** One round: the fronts in fresh processes, each asked in turn with the others. */
export async function playFront(run: Run): Promise<FrontFinding> {
  const { warmUp, ...sizes } = run.isQuick ? QUICK : SIZE;
  await using stack = new AsyncDisposableStack();
  const fronts: Front[] = [];
  fronts.push(stack.use(await startBoundFront('plain', run)));
  fronts.push(stack.use(await startBoundFront('joined', run)));
  fronts.push(stack.use(await startListenerFront(run)));
  const ask = (front: Front, kind: Kind, count: number) => measureAccepting(front, run.load, count, BATCH[kind]);
  for (const front of fronts) for (const kind of KINDS) await ask(front, kind, warmUp[kind]);
  const found: FrontFinding['found'] = { single: none(), bulk: none() };
  const othersShare = watchOthers();
  for (const kind of KINDS) {
    for (let part = 1; part <= PARTS; part += 1) {
      for (const front of fronts) found[kind][front.name].push(await ask(front, kind, sizes[kind] / PARTS));
      fronts.reverse();
    }
  }
  return { found, othersShare: othersShare() };
}

const none = (): Record<FrontName, Accepting[]> => ({ plain: [], joined: [], jobico: [] });
