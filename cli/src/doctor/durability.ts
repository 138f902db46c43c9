import { finding, ok, type Finding } from './finding.ts';

const SAFE_REPLICAS = 3;

/** What the platform is set to, and how NATS stores: undefined where nobody could be asked. */
export interface Durability {
  /** Copies of each event. */
  replicas: number;
  /** Whether the platform promises that what it has accepted is on the disk (`JOBICO_DURABILITY=durable`). */
  isDurable: boolean;
  sync: { always: boolean; intervalMs: number } | undefined;
}

/** Which loss a power cut leaves open. */
export function durabilityFinding({ replicas, isDurable, sync }: Durability): Finding {
  const always = 'Set sync_interval: always in nats.conf (see infra/nats.conf)';
  if (sync?.always) return isDurable ? ok('durability', ON_DISK) : eachByItself();
  if (isDurable) {
    if (sync === undefined) {
      const message = 'the platform is set to be durable: a nats-server that it has started itself syncs always';
      return finding('info', 'durability', message, `Of another one ask its monitoring address: ${MONITOR}.`);
    }
    const message = `the platform is set to be durable, but its nats-server flushes to the disk every ${sync.intervalMs / 1000} s`;
    const fix = `${always}; one that jobico up starts does so by itself, from its next start on.`;
    return finding('warning', 'durability', message, fix);
  }
  if (replicas >= SAFE_REPLICAS) return ok('durability', `${replicas} copies of each event`);
  const fix = `Start every module with JOBICO_DURABILITY=durable. ${always}, where jobico up does not start it; or run three servers with three replicas.`;
  if (sync === undefined) {
    const message = `one copy of each event; unless sync_interval is always, a power cut loses the last ones`;
    return finding('info', 'durability', message, `See what it is: ${MONITOR}. ${fix}`);
  }
  const message = `a power cut loses what was acknowledged in the last ${sync.intervalMs / 1000} s; a killed process loses nothing`;
  return finding('warning', 'durability', message, fix);
}

const ON_DISK = 'an event is acknowledged when it is on the disk';
const MONITOR = '--monitor http://127.0.0.1:8222';

function eachByItself(): Finding {
  const fix =
    'Start every module with JOBICO_DURABILITY=durable: events that come together wait for the disk once then.';
  return finding('info', 'durability', `${ON_DISK}, and each event waits for it by itself`, fix);
}
