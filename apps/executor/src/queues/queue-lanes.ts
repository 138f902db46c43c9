import { keyToken, type Parking } from '@jobico/messaging';
import { Lane, type LaneEntry } from './lane.ts';
import { ParkedLane } from './parked-lane.ts';
import type { QueueContext } from './queue-context.ts';

export type LaneKey = (event: string, key: string | undefined) => string | undefined;

export interface QueueLanesOptions {
  parking: Parking;
  /** The key whose lane an event joins, as its queue is live; undefined if it joins the one of all that have none. */
  laneKey: LaneKey;
  /** Up to here, events have been given to their lanes. */
  admitted: () => number;
}

/** The lane of events that have no key; all of them, in a strict queue. */
const STRICT = 'strict';

/** The lanes of an ordered queue in which something is to be done, by name: of each key, and of events that wait aside. */
export class QueueLanes {
  readonly #context: QueueContext;
  readonly #options: QueueLanesOptions;
  readonly #lanes = new Map<string, Lane | ParkedLane>();

  constructor(context: QueueContext, options: QueueLanesOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Those that are parked. */
  get parked(): ParkedLane[] {
    return [...this.#lanes.values()].filter((lane) => lane instanceof ParkedLane);
  }

  /** The lane of an event. */
  of(event: string, key: string | undefined): Lane | ParkedLane {
    const laneKey = this.#options.laneKey(event, key);
    const name = laneKey === undefined ? STRICT : `k${keyToken(laneKey)}`;
    const open = this.#lanes.get(name);
    if (open) return open;
    const lane = new Lane(name, this.#context, () => this.#close(name, lane));
    this.#lanes.set(name, lane);
    return lane;
  }

  /** Answers false where it cannot be: behind the first event of a strict queue all of it waits. */
  park(name: string, entries: readonly LaneEntry[], before?: Promise<void>): boolean {
    if (name === STRICT) return false;
    const open = this.#lanes.get(name);
    const lane = open instanceof ParkedLane ? open : this.#openParked(name, false);
    for (const entry of entries) lane.push(entry, before);
    if (lane !== open) lane.start();
    return true;
  }

  /** What may be overtaken waits in a lane of its own, where it may be already. */
  parkAside(entry: LaneEntry): boolean {
    return this.park(`r${entry.event.sequence}`, [entry]);
  }

  /** Goes on with those that are parked and not open. */
  resume(names: readonly string[], isTakenOver: boolean): void {
    for (const name of names) if (!this.#lanes.has(name)) this.#openParked(name, isTakenOver).start();
  }

  /** Whether the event is in one of them. */
  cancel(sequence: number): boolean {
    for (const lane of this.#lanes.values()) if (lane.cancel(sequence)) return true;
    return false;
  }

  pausesChanged(): void {
    for (const lane of this.#lanes.values()) lane.pausesChanged();
  }

  closeAll(): void {
    for (const lane of this.#lanes.values()) lane.close();
    this.#lanes.clear();
  }

  #openParked(name: string, isTakenOver: boolean): ParkedLane {
    const onEmpty = (latest: number) => {
      if (latest > this.#options.admitted()) return false;
      this.#close(name, lane);
      return true;
    };
    const lane = new ParkedLane(name, this.#context, this.#options.parking, { isTakenOver, onEmpty });
    this.#lanes.set(name, lane);
    return lane;
  }

  /** A lane that was parked ends under a name that is another's by now. */
  #close(name: string, lane: Lane | ParkedLane): void {
    if (this.#lanes.get(name) === lane) this.#lanes.delete(name);
  }
}
