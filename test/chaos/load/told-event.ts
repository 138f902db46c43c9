import type { Random } from '../random.ts';

/** What an event tells its job to do; see package/told.json. */
export interface Told {
  n: number;
  key: string;
  attempts: readonly ('ok' | 'retry' | 'permanent')[];
  raises?: boolean;
  leavesTrace?: boolean;
}

/** An event of the load, before it is sent. */
export interface Planned {
  name: 'step' | 'risk';
  told: Told;
  /** Its schema refuses it. */
  isInvalid: boolean;
}

const KEYS = 1000;

/** The next event; those that the listener would refuse come only from producers on NATS. */
export function planEvent(n: number, random: Random, by: 'http' | 'nats'): Planned {
  return {
    name: random.chance(0.8) ? 'step' : 'risk',
    told: {
      n,
      key: `k${random.between(1, KEYS)}`,
      attempts: attemptsOf(random),
      ...(random.chance(0.05) && { raises: true }),
      ...(random.chance(0.1) && { leavesTrace: true }),
    },
    isInvalid: by === 'nats' && random.chance(0.005),
  };
}

function attemptsOf(random: Random): Told['attempts'] {
  const { attempts } = random.pick(
    MIX.flatMap(({ weight, attempts: each }) => Array.from({ length: weight }, () => ({ attempts: each }))),
  );
  return attempts;
}

/** In a hundred. */
const MIX: readonly { weight: number; attempts: Told['attempts'] }[] = [
  { weight: 94, attempts: ['ok'] },
  { weight: 3, attempts: ['retry', 'ok'] },
  { weight: 1, attempts: ['retry', 'retry', 'retry', 'ok'] },
  { weight: 1, attempts: ['permanent'] },
  { weight: 1, attempts: ['retry', 'permanent'] },
];

/** The payload as it is sent. */
export function payloadOf({ told, isInvalid }: Planned): object {
  return isInvalid ? { ...told, attempts: 'none' } : told;
}
