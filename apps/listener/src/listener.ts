import { hostname } from 'node:os';
import {
  connectNats,
  createEventId,
  createFileStore,
  createIdempotency,
  createIntake,
  createNodes,
  createOnceIntake,
  createOutcomeWaits,
  createSchemas,
  ensureStreams,
  intakePublisher,
  parseSecretKeys,
  openAccess,
  openDoor,
  natsChecks,
  watchDefinitions,
  watchSecrets,
  type AuthMode,
  type Durability,
  watchTenantLimits,
} from '@jobico/messaging';
import { createHealth, createModuleMetrics, HEALTH_TIME_MS, type Logger } from '@jobico/telemetry';
import { buildApp } from './app.ts';
import { onceWhileHeard, schemasWhileHeard, waitsWhileHeard } from './while-heard.ts';

export interface ListenerOptions {
  natsUrl: string;
  /** Path of a `.creds` file; left out, the server takes whoever comes. */
  natsCreds?: string | undefined;
  /** `durable`: what comes together is stored with one wait for the disk, where NATS waits for it. Default `standard`. */
  durability?: Durability | undefined;
  log: Logger;
  version: string;
  /** `open` asks for no token, and answers requests to loopback only. Default open. */
  auth?: AuthMode;
  /** Default 127.0.0.1. */
  host?: string;
  /** 0: a free one. */
  port: number;
  /** Bytes of a request's body. Default 8 MiB. */
  bodyLimit?: number;
  /** What a request may take to come in, in milliseconds. Default 20,000. */
  requestTimeoutMs?: number;
  /** Origins of pages that may send events from browsers, `*` for all. Default: none. */
  corsOrigins?: readonly string[] | undefined;
  /** Which requests have a line in the log. Default `off`. */
  accessLog?: 'off' | 'refused' | 'all' | undefined;
  /** Requests that wait for outcomes at once. Default 1,000. */
  waiters?: number;
  /** Milliseconds since 1970, for the time of signatures. Default: the system's. */
  clock?: () => number;
  /** Keys of the tenants' secrets, as `parseSecretKeys` reads them. */
  secretKeys?: string | undefined;
}

export interface Listener {
  readonly url: string;
  /** Answers what it has taken, and takes nothing more. */
  stop(): Promise<void>;
}

/** Callers have their 503 within two seconds of the moment from which NATS does not answer. */
const LONGEST_SILENCE_MS = 1250;

/**
 * Starts the module that takes events over HTTP. Throws `unavailable` without NATS, and what `listen` throws for a port
 * that is in use; nothing is left open then.
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const log = options.log.child({ module: 'listener' });
  const id = createEventId();
  await using parts = new AsyncDisposableStack();
  const nats = await connectNats({
    url: options.natsUrl,
    creds: options.natsCreds,
    durability: options.durability,
    longestSilenceMs: LONGEST_SILENCE_MS,
    name: `jobico-listener ${id}`,
    log,
  });
  parts.defer(() => nats.close());
  await ensureStreams(nats);
  const definitions = await watchDefinitions(nats, log);
  parts.defer(() => definitions.stop());
  const { access, stop: stopAccess } = await openAccess(nats, options.auth ?? 'open', log);
  parts.defer(stopAccess);
  const nodes = await createNodes(nats, log);
  const schemas = schemasWhileHeard(nats, createSchemas(await createFileStore(nats)));
  const publisher = intakePublisher(nats, definitions, log);
  const unlimited = createIntake({ publisher: publisher.joint, definitions, schemas });
  const limits = await watchTenantLimits(nats, log);
  parts.defer(() => limits.stop());
  const door = openDoor(nats, limits, id, log);
  parts.defer(() => door.stop());
  const intake = door.limited(unlimited);
  const idempotency = await createIdempotency(nats, publisher);
  const once = onceWhileHeard(nats, createOnceIntake({ nats, intake, idempotency, log }));
  const waits = waitsWhileHeard(nats, createOutcomeWaits(nats, options.waiters));
  parts.defer(() => waits.stop());
  const secrets = await watchSecrets(nats, parseSecretKeys(options.secretKeys), log);
  parts.defer(() => secrets.stop());
  const health = createHealth(natsChecks(nats, definitions), HEALTH_TIME_MS);
  const metrics = createModuleMetrics({
    module: 'listener',
    version: options.version,
    isConnected: () => nats.isConnected,
    onReconnect: (listener) => nats.onReconnect(listener),
    definitionsRevision: () => definitions.revision,
  });
  parts.defer(() => metrics.stop());
  const { bodyLimit, requestTimeoutMs } = options;
  const app = buildApp({
    intake,
    access,
    pacedIntake: door.paced(unlimited),
    admission: door.admission,
    once,
    waits,
    definitions,
    secrets,
    isConnected: () => nats.isConnected,
    health,
    metrics,
    log,
    bodyLimit,
    requestTimeoutMs,
    clock: options.clock,
    version: options.version,
    corsOrigins: options.corsOrigins,
    accessLog: options.accessLog,
  });
  parts.defer(() => app.close());
  const url = await app.listen({ host: options.host ?? '127.0.0.1', port: options.port });
  const node = {
    id,
    module: 'listener',
    version: options.version,
    host: hostname(),
    pid: process.pid,
    startedAt: new Date().toISOString(),
    url,
  } as const;
  const announcement = await nodes.announce(node, () => ({ definitionsRevision: definitions.revision }));
  parts.defer(() => announcement.stop());
  parts.defer(definitions.onChange(() => void announcement.report()));
  log.info({ url }, 'listener ready');

  const running = parts.move();
  return {
    url,
    async stop() {
      if (running.disposed) return;
      await running.disposeAsync();
      log.info('listener stopped');
    },
  };
}
