import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

import type { EventTuple, RecallMessage, RunMessage } from '../wire.ts';
import type { Channel } from './channel.ts';
import type { Resumption } from './host-calls.ts';
import { createLanes } from './lanes.ts';
import type { Lane } from './lanes.ts';
import type { LiveLines } from './live-lines.ts';
import type { Pool } from './pool.ts';
import { runEvent, skippedMessage } from './run-event.ts';
import type { Turn } from './turn.ts';

/** Outcomes of quick events go out together, but not later than this. */
const LONGEST_SILENCE_MS = 1;
/** Events that hold the thread one after another let what the supervisor says come in between, after so long. */
const LONGEST_DEAFNESS_MS = 50;

interface Item {
  readonly event: EventTuple;
  readonly pool: ComponentPool;
}

export type ComponentPool = Pool<Lane<Item>>;

/**
 * Runs events: lanes side by side, a lane's events one after the other. A guest is entered (started or resumed) one at
 * a time and marked before, so that the supervisor knows whose code runs when nothing comes back any more.
 */
export class Runner {
  readonly #channel: Channel;
  readonly #turn: Turn;
  readonly #liveLines: LiveLines;
  readonly #lanes = createLanes<Item>();
  /** Lanes whose next event may start. */
  readonly #ready: Lane<Item>[] = [];
  readonly #resumptions: Resumption[] = [];
  #isScheduled = false;

  constructor(channel: Channel, turn: Turn, liveLines: LiveLines) {
    this.#channel = channel;
    this.#turn = turn;
    this.#liveLines = liveLines;
  }

  run([, forgotten, ...events]: RunMessage, poolOf: (component: number) => ComponentPool): void {
    this.#lanes.forget(forgotten);
    for (const event of events) {
      const lane = this.#lanes.of(event[1]);
      lane.waiting.push({ event, pool: poolOf(event[2]) });
      if (lane.isBusy) continue;
      lane.isBusy = true;
      this.#ready.push(lane);
    }
    if (!this.#isScheduled) this.#pump();
  }

  /** Breaks lanes whose rest is not to run any more: also those that wait for an instance, which they do not need then. */
  recall([, ...numbers]: RecallMessage): void {
    for (const number of numbers) {
      const lane = this.#lanes.of(number);
      lane.isBroken = true;
      const waiting = lane.waiting[0]?.pool.waiting ?? [];
      const place = waiting.indexOf(lane);
      if (place >= 0) this.#ready.push(...waiting.splice(place, 1));
    }
    if (!this.#isScheduled) this.#pump();
  }

  /** Lets a suspended guest go on when its turn comes. */
  resume(resumption: Resumption): void {
    this.#resumptions.push(resumption);
    if (!this.#isScheduled) this.#pump();
  }

  #schedule(how: (callback: () => void) => void): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    how(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  /** A guest that can be suspended runs in what follows this turn of the event loop; the next has to wait for that. */
  #pump(): void {
    const heardAt = performance.now();
    while (this.#resumptions.length > 0 || this.#ready.length > 0) {
      if (this.#channel.isBacklogged) return this.#schedule(this.#channel.whenDrained);
      if (performance.now() - heardAt > LONGEST_DEAFNESS_MS) return this.#schedule(setImmediate);
      if (this.#enterNext() === 'suspendable') return this.#schedule(setImmediate);
    }
    this.#turn.leave();
    this.#channel.flush();
  }

  #enterNext(): 'suspendable' | 'done' {
    const resumption = this.#resumptions.shift();
    if (resumption === undefined) {
      const lane = this.#ready.shift();
      return lane === undefined ? 'done' : this.#advance(lane);
    }
    if (resumption.execution.isOver) return 'done';
    this.#announce(resumption.execution.n, 0);
    resumption.resume();
    return 'suspendable';
  }

  #advance(lane: Lane<Item>): 'suspendable' | 'done' {
    const [item] = lane.waiting;
    if (item === undefined) {
      lane.isBusy = false;
      this.#lanes.tidy(lane);
      return 'done';
    }
    if (!lane.isBroken && !item.pool.hasRoom) {
      item.pool.waiting.push(lane);
      return 'done';
    }
    lane.waiting.shift();
    if (!lane.isBroken) return this.#start(lane, item);
    this.#channel.send(skippedMessage(item.event));
    this.#ready.push(lane);
    return 'done';
  }

  #start(lane: Lane<Item>, { event, pool }: Item): 'suspendable' | 'done' {
    this.#announce(event[0], pool.usualMs);
    return runEvent(event, pool, this.#liveLines, (message, isOk) => {
      lane.isBroken ||= !isOk;
      this.#channel.send(message);
      // Who waited for the instance comes before who had it.
      const next = pool.waiting.shift();
      if (next !== undefined) this.#ready.push(next);
      this.#ready.push(lane);
      if (pool.component.mode === 'jspi') this.#schedule(setImmediate);
    });
  }

  /** `usualMs` is how long the guest will keep the thread, most likely: what lies here must not wait that long. */
  #announce(n: number, usualMs: number): void {
    if (this.#channel.silentMs() + usualMs > LONGEST_SILENCE_MS) this.#channel.flush();
    this.#channel.enter(n);
    this.#turn.enter(n);
  }
}
