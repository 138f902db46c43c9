import type { HealthCheck } from '@jobico/telemetry';
import type { Nats } from './connection.ts';
import type { Definitions } from '../packages/definitions-view.ts';
import { DEADLETTERS, DEFINITIONS, EXECUTIONS, PARKED } from '../subjects.ts';

/** A watch that is so long behind what is stored has come to a halt. */
const LONGEST_BEHIND_MS = 5000;
/** Of the storage that the account may use; beyond it publishes are about to be refused. */
const FULL = 0.99;

/**
 * What every module needs of NATS, for its `/health`: that the server answers, that the streams are there, that changes of
 * definitions arrive, that there is room for what is stored.
 */
export function natsChecks(nats: Nats, definitions: Definitions): Record<string, HealthCheck> {
  let behindSinceMs: number | undefined;
  const connected = (check: () => Promise<void>) => async () => {
    if (!nats.isConnected) throw new Error('NATS is away');
    await check();
  };
  return {
    nats: connected(async () => await nats.nc.flush()),
    streams: connected(async () => {
      await Promise.all([EXECUTIONS, DEADLETTERS, PARKED].map(async (name) => await nats.jsm.streams.info(name)));
    }),
    definitions: connected(async () => {
      const { state } = await nats.jsm.streams.info(`KV_${DEFINITIONS}`);
      if (definitions.revision >= state.last_seq) behindSinceMs = undefined;
      else behindSinceMs ??= performance.now();
      if (behindSinceMs !== undefined && performance.now() - behindSinceMs > LONGEST_BEHIND_MS) {
        throw new Error(`revision ${definitions.revision} is applied, ${state.last_seq} is stored`);
      }
    }),
    storage: connected(async () => {
      const { storage, limits } = await nats.jsm.getAccountInfo();
      if (limits.max_storage <= 0 || storage < limits.max_storage * FULL) return;
      throw new Error(`JetStream holds ${storage} of ${limits.max_storage} bytes`);
    }),
  };
}
