import { JobicoError } from '@jobico/contract';

import { ProcessSandbox } from './process-sandbox.ts';
import type { Sandbox, SandboxOptions } from './sandbox.ts';

const DEFAULT_START_TIMEOUT_MS = 10_000;

/** Starts a sandbox process. Throws `unavailable` if it is not ready in time. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  return whenReady(new ProcessSandbox(options), options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS);
}

async function whenReady(sandbox: ProcessSandbox, timeoutMs: number): Promise<Sandbox> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new JobicoError('unavailable', `A sandbox was not ready within ${timeoutMs} ms.`));
    sandbox.kill();
  }, timeoutMs);
  try {
    await Promise.race([sandbox.ready, late.promise]);
    return sandbox;
  } finally {
    clearTimeout(timer);
  }
}
