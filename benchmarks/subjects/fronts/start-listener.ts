import { randomBytes } from 'node:crypto';
import { createClient } from '@jobico/client';
import { startChild } from '../../child.ts';
import { deployPackage } from '../jobico/deploy-package.ts';
import { profileArguments } from '../jobico/start-modules.ts';
import { startOwnNats } from '../own-nats.ts';
import type { StartSubject } from '../subject.ts';
import type { Front } from './front.ts';

const TENANT = 'bench';
/** All that a tenant can be kept to, and nothing that is reached. */
const LIMITS = {
  eventsPerSecond: 1_000_000,
  bytesPerSecond: 10_000_000_000,
  eventBytes: 1 << 20,
  pendingEvents: 1_000_000_000,
};

/**
 * The listener as it runs in production, asking for tokens, in front of a tenant with limits whose package is deployed.
 * ctl has done that and is gone; no executor runs. `execArgv` are for the listener.
 */
export async function startListenerFront(
  { natsServer, signal, profiles }: StartSubject,
  execArgv: readonly string[] = [],
): Promise<Front> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startOwnNats(natsServer.path));
  const adminToken = `jbc_${randomBytes(32).toString('base64url')}`;
  const start = (module: 'ctl' | 'listener', flags: readonly string[] = []) => {
    const options = JSON.stringify({ auth: 'tokens', adminToken });
    const script = new URL('../jobico/module.ts', import.meta.url);
    return startChild<string>(script, [module, nats.url, nats.folder, options], { signal, execArgv: flags });
  };
  let token: string;
  {
    await using ctl = await start('ctl');
    await deployPackage(ctl.ready, nats.folder, adminToken);
    token = await letIn(ctl.ready, adminToken);
  }
  const flags = profiles === undefined ? execArgv : [...execArgv, ...profileArguments(profiles, 'front-listener')];
  const child = stack.use(await start('listener', flags));
  const kept = stack.move();
  return {
    name: 'jobico',
    url: `${child.ready}/events/${TENANT}/order-strict`,
    token,
    nc: nats.nc,
    stream: `QUEUE_${TENANT}_strict`,
    process: child,
    natsPid: nats.pid,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Limits the tenant, and makes the token that its events are sent with. */
async function letIn(ctlUrl: string, adminToken: string): Promise<string> {
  const client = createClient({ url: ctlUrl, token: adminToken });
  await client.call('tenant.limits.set', { tenant: TENANT, ...LIMITS });
  const { secret } = await client.call('token.create', { tenant: TENANT, role: 'producer', name: 'bench' });
  return secret;
}
