import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCacheDir, provisionNatsServer, startNatsServer } from '@jobico/nats-server';
import type { TestProject } from 'vitest/node';
import { startNatsContainer } from './nats-container.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** One server for the whole run: give what a test makes a name of its own. */
    natsUrl: string;
    /** A binary for tests that start and stop their own server. */
    natsServerBinary: string;
  }
}

/** Gives integration tests a real nats-server; `JOBICO_TEST_NATS=docker` takes a container for the shared one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { path: binary } = await provisionNatsServer({
    cacheDir: defaultCacheDir(),
    onStep: ({ message, receivedBytes }) => {
      if (receivedBytes === undefined) console.log(message);
    },
  });
  project.provide('natsServerBinary', binary);
  if (process.env['JOBICO_TEST_NATS'] === 'docker') {
    const { url, stop } = await startNatsContainer();
    project.provide('natsUrl', url);
    return stop;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'jobico-test-nats-'));
  const server = await startNatsServer({ binary, dataDir });
  project.provide('natsUrl', server.url);
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
