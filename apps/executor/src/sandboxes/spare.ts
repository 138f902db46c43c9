import type { Sandbox } from '@jobico/component';
import type { Logger } from '@jobico/telemetry';
import type { SandboxFactory } from './tenant-sandbox.ts';

type Callbacks = Parameters<SandboxFactory>[0];

/** Starting the next spare would slow down the tenant that just took the last one. */
const NEXT_AFTER_MS = 500;

export interface SpareSandbox {
  start: SandboxFactory;
  stop(): Promise<void>;
}

/** Keeps one blank sandbox process ready, so that a tenant's first event does not wait for a process to start. */
export function createSpareSandbox(start: SandboxFactory, log: Logger): SpareSandbox {
  let spare: { sandbox: Promise<Sandbox | undefined>; bind: (callbacks: Callbacks) => void } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const prepare = () => {
    let owner: Callbacks | undefined;
    const started = start({
      onOutcome: (outcomes) => owner?.onOutcome(outcomes),
      onHostCall: (call) =>
        owner ? owner.onHostCall(call) : Promise.reject(new Error('a blank sandbox calls nothing')),
      onLogged: (n, lines) => owner?.onLogged?.(n, lines),
      onExit: (exit) => owner?.onExit?.(exit),
    });
    const sandbox = started.catch((error: unknown) => {
      log.warn({ err: error }, 'spare sandbox could not be started');
      return undefined;
    });
    spare = { sandbox, bind: (callbacks) => void (owner = callbacks) };
  };
  prepare();

  return {
    async start(callbacks) {
      const taken = spare;
      spare = undefined;
      clearTimeout(timer);
      if (!isStopped) timer = setTimeout(prepare, NEXT_AFTER_MS);
      taken?.bind(callbacks);
      const sandbox = await taken?.sandbox;
      return sandbox && sandbox.state !== 'dead' ? sandbox : await start(callbacks);
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      const sandbox = await spare?.sandbox;
      sandbox?.kill();
      await sandbox?.exited;
    },
  };
}
