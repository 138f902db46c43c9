import { inspectComponent, startSandbox, type HostAnswer, type HostCall, type SandboxOutcome } from '@jobico/component';

/** A component loaded in a sandbox of its own, given one event after another. */
export interface Sandboxed {
  run(data: unknown, event?: { id?: string; attempt?: number; time?: string }): Promise<SandboxOutcome>;
  stop(): Promise<void>;
}

export async function sandboxed(
  component: Uint8Array,
  options: { config?: Record<string, string>; onHostCall?: (call: HostCall) => HostAnswer } = {},
): Promise<Sandboxed> {
  const { artifact } = await inspectComponent(component);
  const waiting = new Map<number, (outcome: SandboxOutcome) => void>();
  const denied: HostAnswer = { ok: false, error: { tag: 'denied', val: 'nothing is granted' } };
  const sandbox = await startSandbox({
    onOutcome: (outcomes) => outcomes.forEach((outcome) => waiting.get(outcome.n)?.(outcome)),
    onHostCall: (call) => Promise.resolve(options.onHostCall?.(call) ?? denied),
  });
  await sandbox.load({ key: 'job', artifact, mode: 'jspi', config: options.config ?? {} });
  let n = 0;
  return {
    run: (data, { id = `event-${n}`, attempt = 1, time = '2026-03-04T05:06:07.089Z' } = {}) => {
      n += 1;
      const { promise, resolve } = Promise.withResolvers<SandboxOutcome>();
      waiting.set(n, resolve);
      const event = { id, tenant: 'acme', name: 'probe', time, attempt, data: JSON.stringify(data) };
      sandbox.dispatch([{ n, lane: n, key: 'job', event }]);
      return promise;
    },
    stop: async () => {
      sandbox.kill();
      await sandbox.exited;
    },
  };
}
