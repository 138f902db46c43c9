import type { QueueName, StartSubject, Subject } from '../subject.ts';
import { deployPackage } from './deploy-package.ts';
import { startModules } from './start-modules.ts';

/**
 * The platform as it runs in production. Listener and executor stand against the bound's front and worker; ctl has
 * deployed the package and stays, as it would, and is counted too.
 */
export async function startJobico(
  queue: QueueName,
  options: StartSubject,
  deployMore?: (ctlUrl: string, folder: string) => Promise<void>,
): Promise<Subject> {
  await using stack = new AsyncDisposableStack();
  const { nats, urls, processes } = stack.use(await startModules(queue, options));
  await deployPackage(urls.ctl, nats.folder);
  await deployMore?.(urls.ctl, nats.folder);
  const kept = stack.move();
  return {
    name: queue,
    url: `${urls.listener}/events/bench/order-${queue}`,
    nc: nats.nc,
    outcomes: 'EXECUTIONS',
    readOutcome: (json) => {
      const { status, result } = json as { status: string; result?: unknown };
      return { isOk: status === 'ok', receipt: result };
    },
    processes,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
