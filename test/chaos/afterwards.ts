import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@jobico/client';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Sent, Violation } from './check/evidence.ts';
import { sendByNats } from './load/send-by-nats.ts';
import type { Planned } from './load/told-event.ts';
import { deployPackage, renamePackage, TENANT } from './package/deploy.ts';
import type { ChaosPlatform } from './platform/start-platform.ts';

const rule = 'the platform is whole again';
const WITHIN_MS = 30_000;

/**
 * What no stream shows: every module reports itself, and a new version of the package is live everywhere. Answers the
 * events that it took to find out.
 */
export async function checkAfterwards(
  platform: ChaosPlatform,
  nc: NatsConnection,
  packageFile: string,
  firstNumber: number,
): Promise<{ violations: Violation[]; sent: Sent[] }> {
  const violations: Violation[] = [];
  const expected = platform.parts.map(({ module }) => module.module).toSorted();
  const found = await until(
    () => liveModules(platform.ctl.module.url),
    (modules) => JSON.stringify(modules) === JSON.stringify(expected),
  );
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    violations.push({
      rule,
      what: `of the modules ${expected.join(', ')} report themselves ${found.join(', ')}`,
      records: [],
    });
  }
  await renamePackage(packageFile, 'afterwards');
  const version = await deployPackage(platform.ctl.module.url, packageFile);
  const planned: Planned = {
    name: 'step',
    told: { n: firstNumber, key: 'afterwards', attempts: ['ok'], raises: true },
    isInvalid: false,
  };
  const { certainty } = await sendByNats(nc, [planned]);
  const ran = await until(
    () => versionOf(platform.ctl.module.url),
    (each) => each === version,
  );
  if (ran !== version) {
    violations.push({ rule, what: `the last event ran with version ${ran}, and not with ${version}`, records: [] });
  }
  return { violations, sent: [{ ...planned, by: 'nats', certainty }] };
}

async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const endMs = performance.now() + WITHIN_MS;
  for (;;) {
    const value = await look();
    if (holds(value) || performance.now() > endMs) return value;
    await delay(500);
  }
}

async function liveModules(ctlUrl: string): Promise<string[]> {
  const { items } = await createClient({ url: ctlUrl }).call('node.list', {});
  return items.map(({ module }) => module).toSorted();
}

async function versionOf(ctlUrl: string): Promise<number | undefined> {
  const client = createClient({ url: ctlUrl });
  const { items } = await client.call('execution.list', { tenant: TENANT, job: 'as-told', limit: 1 });
  return items[0]?.version;
}
