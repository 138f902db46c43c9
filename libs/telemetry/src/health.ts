/** What `/health` answers: 200 with `ok`, else 500. */
export interface Health {
  status: 'ok' | 'error';
  /** RFC 3339. */
  startedAt: string;
  /** The first check that failed. */
  error?: string;
  checks: Record<string, { status: 'ok' | 'error'; error?: string }>;
}

/** What a check of a module may take, in milliseconds: less than those who ask for `/health` wait. */
export const HEALTH_TIME_MS = 1500;

/** Throws, or answers false, when the part it looks at does not work. */
export type HealthCheck = () => boolean | void | Promise<boolean | void>;

/**
 * A function that runs every check, each given `timeoutMs`, and sums them up. Who asks while they run gets the same answer:
 * however many ask, the parts are looked at one time after the other.
 */
export function createHealth(checks: Record<string, HealthCheck>, timeoutMs = 2000): () => Promise<Health> {
  const startedAt = new Date().toISOString();
  let running: Promise<Health> | undefined;
  const run = async (): Promise<Health> => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await resultOf(check, timeoutMs)] as const),
    );
    const failed = results.find(([, { status }]) => status === 'error');
    return {
      status: failed ? 'error' : 'ok',
      startedAt,
      ...(failed && { error: `${failed[0]}: ${failed[1].error ?? 'failed'}` }),
      checks: Object.fromEntries(results),
    };
  };
  return () =>
    (running ??= run().finally(() => {
      running = undefined;
    }));
}

async function resultOf(check: HealthCheck, timeoutMs: number): Promise<Health['checks'][string]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    const result = await Promise.race([check(), late]);
    return result === false ? { status: 'error', error: 'not available' } : { status: 'ok' };
  } catch (error) {
    return { status: 'error', error: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
