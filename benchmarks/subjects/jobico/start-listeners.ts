import { startChild } from '../../child.ts';
import { startOwnNats, type OwnNats } from '../own-nats.ts';
import type { StartSubject } from '../subject.ts';
import { deployToTenants } from './deploy-package.ts';

/** A nats-server that writes through to the disk before it answers, and two listeners on it that differ in nothing else. */
export interface Listeners extends AsyncDisposable {
  nats: OwnNats;
  /** `grouped` has the durable profile, `singly` has not. */
  urls: { grouped: string; singly: string };
}

/** Each process by itself; nobody executes what is accepted, which is measured alone. */
export async function startListeners(tenant: string, options: StartSubject): Promise<Listeners> {
  const { natsServer, signal, profiles } = options;
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startOwnNats(natsServer.path, 'always'));
  const start = async (module: string, durability: 'standard' | 'durable') => {
    const name = `${tenant}-${module}-${durability}`;
    const execArgv =
      profiles === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`];
    const script = new URL('module.ts', import.meta.url);
    const args = [module, nats.url, nats.folder, JSON.stringify({ durability })];
    return stack.use(await startChild<string>(script, args, { signal, execArgv })).ready;
  };
  const ctl = await start('ctl', 'durable');
  const grouped = await start('listener', 'durable');
  const singly = await start('listener', 'standard');
  await deployToTenants(ctl, nats.folder, 'orders', [tenant]);
  const kept = stack.move();
  return { nats, urls: { grouped, singly }, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
