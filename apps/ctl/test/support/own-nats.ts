import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer } from '@jobico/nats-server';
import { inject, onTestFinished } from 'vitest';
import type { OnEnd } from './control-plane.ts';

/** The URL of a nats-server that no other test uses. */
export async function ownNats(onEnd: OnEnd = onTestFinished): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobico-ctl-'));
  onEnd(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startNatsServer({ binary: inject('natsServerBinary'), dataDir });
  onEnd(() => server.stop());
  return server.url;
}
