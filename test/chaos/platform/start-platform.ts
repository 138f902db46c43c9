import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startNatsProcess, type NatsProcess } from './nats-process.ts';
import { startSupervised, type ModuleName, type Supervised } from './supervised.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** A module and the wire on which it talks to NATS. */
export interface Part {
  module: Supervised;
  wire: TcpProxy;
}

/** A platform as it runs in production: every module in a process of its own, two executors, one NATS. */
export interface ChaosPlatform extends AsyncDisposable {
  nats: NatsProcess;
  ctl: Part;
  listener: Part;
  executors: readonly Part[];
  /** All of them. */
  parts: readonly Part[];
  /** Resolves once every module is ready. */
  untilReady(): Promise<void>;
  /** Ends of processes that nobody here has caused. */
  faults(): string[];
}

export async function startChaosPlatform(folder: string, note: (what: string) => void): Promise<ChaosPlatform> {
  await using stack = new AsyncDisposableStack();
  const dataDir = join(folder, 'nats');
  await mkdir(dataDir, { recursive: true });
  const nats = stack.use(await startNatsProcess(dataDir, note));
  const start = async (name: string, module: ModuleName): Promise<Part> => {
    const wire = stack.use(await startTcpProxy({ host: '127.0.0.1', port: nats.port }));
    const natsUrl = `nats://${wire.address}`;
    return { wire, module: stack.use(await startSupervised({ name, module, natsUrl, folder, note })) };
  };
  const ctl = await start('ctl', 'ctl');
  const listener = await start('listener', 'listener');
  const executors = [await start('executor-1', 'executor'), await start('executor-2', 'executor')];
  const parts = [ctl, listener, ...executors];
  const kept = stack.move();
  return {
    nats,
    ctl,
    listener,
    executors,
    parts,
    untilReady: async () => void (await Promise.all(parts.map(({ module }) => module.untilReady()))),
    faults: () => [...nats.faults, ...parts.flatMap(({ module }) => module.faults)],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
