import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import { listQueues } from '../streams.ts';
import type { TenantLimitsView } from './tenant-limits.ts';

/** How many events wait, of the tenants for whom that is limited: counted every second while they send. */
export interface PendingEvents {
  of: (tenant: string) => number;
  /** Notes events that were sent since the last count. */
  add(tenant: string, events: number): void;
  stop(): void;
}

const EVERY_MS = 1000;

interface Count {
  counted: number;
  /** Before the count that is under way was asked for, and since then. */
  before: number;
  since: number;
  isAsked: boolean;
}

export function createPendingEvents(nats: Nats, limits: TenantLimitsView, log: Logger): PendingEvents {
  const counts = new Map<string, Count>();

  const count = async (tenant: string, state: Count) => {
    state.before = state.since;
    state.since = 0;
    try {
      const queues = await listQueues(nats, tenant);
      state.counted = queues.reduce((sum, { pending }) => sum + pending, 0);
      state.before = 0;
    } catch (error) {
      log.warn({ tenant, err: error }, 'events that wait could not be counted');
    }
  };

  const timer = setInterval(() => {
    for (const [tenant, state] of counts) {
      if (!state.isAsked) counts.delete(tenant);
      else if (nats.isConnected) {
        state.isAsked = false;
        void count(tenant, state);
      }
    }
  }, EVERY_MS);
  timer.unref();

  return {
    of: (tenant) => {
      let state = counts.get(tenant);
      if (!state) {
        state = { counted: 0, before: 0, since: 0, isAsked: true };
        counts.set(tenant, state);
        void count(tenant, state);
      }
      state.isAsked = true;
      return state.counted + state.before + state.since;
    },
    add(tenant, events) {
      if (limits.of(tenant)?.pendingEvents === undefined) return;
      const state = counts.get(tenant);
      if (state) state.since += events;
    },
    stop: () => clearInterval(timer),
  };
}
