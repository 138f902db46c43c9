import { startChild, type Child } from '../../child.ts';
import { startOwnNats } from '../own-nats.ts';
import type { QueueName, StartSubject, Subject } from '../subject.ts';
import { deployPackage } from './deploy-package.ts';

/**
 * The platform as it runs in production: each module in a process of its own. Listener and executor stand against the
 * bound's front and worker; ctl has deployed the package and stays, as it would, and is counted too.
 */
export async function startJobico(
  queue: QueueName,
  options: StartSubject,
  deployMore?: (ctlUrl: string, folder: string) => Promise<void>,
): Promise<Subject> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startOwnNats(options.natsServer.path));
  const start = async (name: string): Promise<Child<string>> => {
    const profiled = options.profiles !== undefined && name !== 'ctl';
    const execArgv = profiled ? profileArguments(options.profiles, `${queue}-${name}`) : [];
    const script = new URL('module.ts', import.meta.url);
    const { signal } = options;
    return stack.use(await startChild<string>(script, [name, nats.url, nats.folder], { signal, execArgv }));
  };
  const ctl = await start('ctl');
  const executor = await start('executor');
  const listener = await start('listener');
  await deployPackage(ctl.ready, nats.folder);
  await deployMore?.(ctl.ready, nats.folder);
  const kept = stack.move();
  return {
    name: queue,
    url: `${listener.ready}/events/bench/order-${queue}`,
    nc: nats.nc,
    outcomes: 'EXECUTIONS',
    readOutcome: (json) => {
      const { status, result } = json as { status: string; result?: unknown };
      return { isOk: status === 'ok', receipt: result };
    },
    processes: [
      { role: 'listener', pid: listener.pid },
      { role: 'executor', pid: executor.pid },
      { role: 'ctl', pid: ctl.pid },
      { role: 'nats-server', pid: nats.pid },
    ],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function profileArguments(folder = '', name: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`];
}
