import { createClient, type Client } from '@jobico/client';
import { JobicoError } from '@jobico/contract';
import type { Builder } from '@jobico/sdk/build';
import { watchFiles } from '../watch/watch-files.ts';
import { createDevSession, type DevSession } from './dev-session.ts';
import { readKeys } from './dev-keys.ts';
import type { DevView } from './dev-view.ts';

export interface DevOptions {
  file: string;
  /** Of the components that are made of TypeScript or JavaScript. */
  builder: Builder;
  ctlUrl: string;
  view: DevView;
  /** Whether the sample events go out once the package is live. */
  sendAtStart: boolean;
  /** Ends it. */
  stop: AbortController;
}

/** Builds, deploys, watches and follows a package until it is stopped. */
export async function runDev({ file, builder, ctlUrl, view, sendAtStart, stop }: DevOptions): Promise<void> {
  const { signal } = stop;
  const client = createClient({ url: ctlUrl });
  const session = createDevSession({ client, file, builder, told: view, signal });
  const steps = createSteps();
  let isFollowed = false;
  const refresh = async (changed?: ReadonlySet<string>): Promise<void> => {
    await session.refresh(changed);
    watcher.look(session.inputs());
    if (isFollowed || !session.isLive()) return;
    isFollowed = true;
    const isConnected = await follow(client, session, view, signal);
    if (sendAtStart && isConnected) await session.sendSamples();
  };
  using watcher = watchFiles((changed) => steps.add(() => refresh(changed)));
  const releaseKeys = readKeys({
    s: () => steps.add(() => session.sendSamples()),
    r: () => steps.add(() => refresh()),
    stop: () => stop.abort(),
  });
  try {
    steps.add(() => refresh());
    await aborted(signal);
    await steps.idle();
  } finally {
    releaseKeys();
  }
}

/** One after another: a save while a build runs is built after it. */
function createSteps() {
  let last = Promise.resolve();
  return {
    add: (step: () => Promise<void>) => {
      last = last.then(step);
    },
    idle: () => last,
  };
}

/** Shows what comes of the package's events from now on; answers once nothing more is missed. */
async function follow(client: Client, session: DevSession, view: DevView, signal: AbortSignal): Promise<boolean> {
  const definition = session.definition();
  if (definition === undefined) return false;
  const { tenant, id } = definition;
  const connected = Promise.withResolvers<boolean>();
  const show = async (): Promise<void> => {
    for await (const item of client.watch('execution.follow', { tenant, package: id }, signal, () =>
      connected.resolve(true),
    ))
      view.followed(item);
  };
  show().catch((error: unknown) => {
    connected.resolve(false);
    if (signal.aborted) return;
    view.failed(
      error instanceof JobicoError ? error : new JobicoError('internal', String(error), { cause: error }),
      undefined,
    );
  });
  return await connected.promise;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
