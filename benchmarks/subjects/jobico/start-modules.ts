import { startChild, type Child } from '../../child.ts';
import { startOwnNats, type OwnNats } from '../own-nats.ts';
import type { StartSubject } from '../subject.ts';

export const MODULES = ['ctl', 'executor', 'listener'] as const;
type Module = (typeof MODULES)[number];

/** The platform as it runs in production: nats-server, and each module in a process of its own. */
export interface Modules extends AsyncDisposable {
  nats: OwnNats;
  urls: Record<Module, string>;
  executor: Child<string>;
  /** But for the sandboxes, which are children of the executor. */
  processes: readonly { role: string; pid: number }[];
}

/** `name` begins the names of CPU profiles, which are written of listener and executor; `execArgv` are for the executor. */
export async function startModules(
  name: string,
  { natsServer, signal, profiles }: StartSubject,
  execArgv: readonly string[] = [],
): Promise<Modules> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startOwnNats(natsServer.path));
  const start = async (module: Module, flags: readonly string[] = []): Promise<Child<string>> => {
    const profiled = profiles !== undefined && module !== 'ctl';
    const all = [...flags, ...(profiled ? profileArguments(profiles, `${name}-${module}`) : [])];
    const script = new URL('module.ts', import.meta.url);
    return stack.use(await startChild<string>(script, [module, nats.url, nats.folder], { signal, execArgv: all }));
  };
  const ctl = await start('ctl');
  const executor = await start('executor', execArgv);
  const listener = await start('listener');
  const kept = stack.move();
  return {
    nats,
    urls: { ctl: ctl.ready, executor: executor.ready, listener: listener.ready },
    executor,
    processes: [
      { role: 'listener', pid: listener.pid },
      { role: 'executor', pid: executor.pid },
      { role: 'ctl', pid: ctl.pid },
      { role: 'nats-server', pid: nats.pid },
    ],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

export function profileArguments(folder: string, name: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`];
}
