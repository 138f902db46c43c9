import type { Msg } from '@nats-io/transport-node';
import type { Nats } from '../connection/connection.ts';
import { demandSubject } from '../subjects.ts';

/**
 * Shares a limit among the processes that enforce it, by what each is asked for: they tell one another four times a second
 * how much that was, and no event waits for it. Together they keep to a limit within some per cent; after the demand has
 * moved from one to another, and until that is told, by at most one second's worth for each process more.
 */
export interface DemandShares {
  /** Notes what a tenant has asked for, whether it got it or not. */
  ask(tenant: string, amount: number): void;
  /** This process's part of a limit of the tenant, above 0, at most 1. */
  shareOf(tenant: string): number;
  stop(): void;
}

const EVERY_MS = 250;
/** One that was not heard of for so long is gone. */
const GONE_MS = 4 * EVERY_MS;
/** Weight of the past in what is told: demand comes in bursts. */
const PAST = 0.5;
const LEAST = 0.01;
/** Far more than there are processes that enforce limits. */
const MOST_OTHERS = 1000;

/** By tenant. */
type Demand = ReadonlyMap<string, number>;

export function createDemandShares(nats: Nats, id: string): DemandShares {
  const asked = new Map<string, number>();
  const told = new Map<string, number>();
  const others = new Map<string, { demand: Demand; heardMs: number }>();

  const subscription = nats.nc.subscribe(demandSubject('*'), {
    callback: (_error, message) => {
      const from = message.subject.slice(message.subject.lastIndexOf('.') + 1);
      const isTaken = from !== id && (others.has(from) || others.size < MOST_OTHERS);
      const demand = isTaken ? readDemand(message) : undefined;
      if (demand) others.set(from, { demand, heardMs: Date.now() });
    },
  });

  const tell = () => {
    for (const tenant of new Set([...told.keys(), ...asked.keys()])) {
      const smoothed = (told.get(tenant) ?? asked.get(tenant) ?? 0) * PAST + (asked.get(tenant) ?? 0) * (1 - PAST);
      if (smoothed < LEAST) told.delete(tenant);
      else told.set(tenant, smoothed);
    }
    asked.clear();
    for (const [from, { heardMs }] of others) if (Date.now() - heardMs > GONE_MS) others.delete(from);
    if (told.size > 0 && nats.isConnected) nats.nc.publish(demandSubject(id), JSON.stringify(Object.fromEntries(told)));
  };
  const timer = setInterval(tell, EVERY_MS);
  timer.unref();

  return {
    ask: (tenant, amount) => void asked.set(tenant, (asked.get(tenant) ?? 0) + amount),
    shareOf(tenant) {
      if (others.size === 0) return 1;
      const demands = [...others.values()].flatMap(({ demand }) => demand.get(tenant) ?? []);
      if (demands.length === 0) return 1;
      const own = told.get(tenant);
      // Not told yet: as much as each of the others, until it is.
      if (own === undefined) return 1 / (demands.length + 1);
      return Math.max(LEAST, own / demands.reduce((sum, each) => sum + each, own));
    },
    stop() {
      clearInterval(timer);
      subscription.unsubscribe();
    },
  };
}

/** What another process has told; undefined for what is none of that: an error here would end the whole connection. */
function readDemand(message: Msg): Demand | undefined {
  try {
    const told = message.json<unknown>();
    return typeof told === 'object' && told !== null ? new Map(Object.entries(told).filter(isAmount)) : undefined;
  } catch {
    return undefined;
  }
}

const isAmount = (entry: [string, unknown]): entry is [string, number] =>
  Number.isFinite(entry[1]) && Number(entry[1]) >= 0;
