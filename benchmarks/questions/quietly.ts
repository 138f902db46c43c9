import { setTimeout as delay } from 'node:timers/promises';
import { NOISY_SHARE, watchOthers } from '../measure/others.ts';

/** How long a whole run may still wait for a quiet machine. It is used up. */
export interface Patience {
  leftMs: number;
}

/** What a question found, and the share of the cores that other programs took meanwhile; undefined where it is not told. */
interface Found {
  othersShare: number | undefined;
}

const LOOK_MS = 500;

/**
 * Asks a question when other programs leave the machine alone, and asks again when they came in between, as long as there
 * is patience. The quietest answer counts: what was found does not decide, or the figures would be chosen.
 */
export async function quietly<F extends Found>(
  patience: Patience,
  signal: AbortSignal,
  ask: () => Promise<F>,
  watch = watchOthers,
): Promise<F> {
  let quietest: F | undefined;
  for (;;) {
    await untilQuiet(patience, signal, watch);
    const startedAt = performance.now();
    const found = await ask();
    if (!quietest || shareOf(found) < shareOf(quietest)) quietest = found;
    if (shareOf(quietest) <= NOISY_SHARE || patience.leftMs <= 0) return quietest;
    patience.leftMs -= performance.now() - startedAt;
  }
}

const shareOf = ({ othersShare }: Found) => othersShare ?? 0;

async function untilQuiet(patience: Patience, signal: AbortSignal, watch: typeof watchOthers): Promise<void> {
  while (patience.leftMs > 0) {
    const othersShare = watch();
    await delay(LOOK_MS, undefined, { signal });
    if ((othersShare() ?? 0) <= NOISY_SHARE) return;
    patience.leftMs -= LOOK_MS;
  }
}
