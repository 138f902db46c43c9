import { randomBytes, randomUUID } from 'node:crypto';
import { createClient, type Client } from '@jobico/client';
import type { PackageDefinition } from '@jobico/contract';
import { connectNats, type Nats } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { inject, onTestFinished } from 'vitest';
import { startCtl, type CtlOptions } from '../../src/index.ts';
import { component } from './component.ts';

export interface ControlPlane {
  url: string;
  client: Client;
  /** A tenant that no other test knows. */
  tenant: string;
  nats: Nats;
}

/** Calls back with what ends it; by default at the end of the test. */
export type OnEnd = (end: () => Promise<void>) => void;

/** Of the secrets of all control planes in a file. */
const secretKeys = randomBytes(32).toString('base64');

/** A control plane on the run's nats-server, its answers held against the operation table. */
export async function controlPlane(
  options: Partial<CtlOptions> = {},
  onEnd: OnEnd = onTestFinished,
): Promise<ControlPlane> {
  const log = createSilentLogger();
  const { natsUrl = inject('natsUrl') } = options;
  const defaults = { log, port: 0, checkOutputs: true, reconcileIntervalMs: 50, secretKeys };
  const ctl = await startCtl({ ...defaults, ...options, natsUrl });
  onEnd(() => ctl.stop());
  const nats = await connectNats({ url: natsUrl, name: 'test', log });
  onEnd(() => nats.close());
  return { url: ctl.url, client: createClient({ url: ctl.url }), tenant: newTenant(), nats };
}

export function newTenant(): string {
  return `t-${randomUUID().slice(0, 8)}`;
}

/** A package whose event `<id>-happened` waits in the queue `default`. */
export function packageOf(tenant: string, id: string, changes: Partial<PackageDefinition> = {}): PackageDefinition {
  return {
    id,
    tenant,
    queues: [{ id: 'default' }],
    jobs: [{ event: { id: `${id}-happened`, supplierqueue: 'default', runtime: 'work' } }],
    runtimes: [{ id: 'work', moduleref: 'work.wasm' }],
    ...changes,
  };
}

/** Stores the component that {@link packageOf} refers to. */
export async function storeComponent(
  client: Client,
  tenant: string,
  name = 'work.wasm',
  guest = 'echo',
): Promise<string> {
  const content = (await component(guest)).toString('base64');
  const { digest } = await client.call('file.upload', { tenant, kind: 'wasm', name, content });
  return digest;
}
