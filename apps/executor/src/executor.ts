import { hostname } from 'node:os';
import { startSandbox } from '@jobico/component';
import {
  connectNats,
  createArtifactStore,
  createEventId,
  createFileStore,
  createNodes,
  createSchemas,
  ensureStreams,
  parseSecretKeys,
  natsChecks,
  watchCancellations,
  watchDefinitions,
  watchSecrets,
} from '@jobico/messaging';
import { createHealth, createModuleMetrics, HEALTH_TIME_MS, type Logger } from '@jobico/telemetry';
import { createAdmission } from './admission.ts';
import { buildApp } from './health/app.ts';
import { countExecutions, tellExecutor } from './health/executor-metrics.ts';
import { createHostServices } from './host/host-services.ts';
import { createLiveLogs } from './live-logs.ts';
import { createQueueSet } from './queues/queue-set.ts';
import { startRebalancing } from './queues/rebalance.ts';
import { coreLimitsHere, memoryHere, sandboxesFor } from './sandboxes/capacity.ts';
import { createComponents } from './sandboxes/components.ts';
import { createSandboxPool } from './sandboxes/pool.ts';
import { createSpareSandbox } from './sandboxes/spare.ts';
import { limitStarts } from './sandboxes/start-gate.ts';
import { watchStarts } from './sandboxes/start-watch.ts';

export interface ExecutorOptions {
  natsUrl: string;
  /** Path of a `.creds` file; left out, the server takes whoever comes. */
  natsCreds?: string | undefined;
  log: Logger;
  version: string;
  /** Of `/health`. Default 127.0.0.1. */
  host?: string;
  /** 0, the default: a free one. */
  port?: number;
  /** Sandbox processes that may live at once. Default: as many as half of the memory holds. */
  maxSandboxes?: number;
  /** Of them, for one tenant. Default 1: a second one pays only on machines with more cores than tenants. */
  maxSandboxesPerTenant?: number;
  /** MiB of WebAssembly memory that one instance may have. Default 64. */
  memoryMiB?: number;
  /**
   * Whether a package may grant its jobs HTTP to private addresses and localhost, by naming them. Default true; false where
   * strangers deploy packages, who would grant themselves the inside of the network.
   */
  isPrivateHttpGrantable?: boolean;
  /** Keys of the tenants' secrets, as `parseSecretKeys` reads them; without them no job gets a secret. */
  secretKeys?: string | undefined;
  /** What running events get on a stop, in milliseconds. Default 10000. */
  graceMs?: number;
  /** How often it compares its share of the ordered queues with what the others last reported. Default 10000. */
  rebalanceIntervalMs?: number;
}

export interface Executor {
  /** Where `/health` is. */
  readonly url: string;
  /** Starts nothing further, lets what runs end, hands the queues to the others. */
  stop(): Promise<void>;
}

const MIB = 2 ** 20;
const REBALANCE_MS = 10_000;

/** Starts the module that runs events: connects, learns the definitions, and works every queue. */
export async function startExecutor(options: ExecutorOptions): Promise<Executor> {
  const log = options.log.child({ module: 'executor' });
  const id = createEventId();
  const nats = await connectNats({
    url: options.natsUrl,
    creds: options.natsCreds,
    name: `jobico-executor ${id}`,
    log,
  });
  await ensureStreams(nats);
  const definitions = await watchDefinitions(nats, log);
  const cancellations = await watchCancellations(nats, log);
  const secrets = await watchSecrets(nats, parseSecretKeys(options.secretKeys), log);
  const files = await createFileStore(nats);
  const artifacts = await createArtifactStore(nats);
  const nodes = await createNodes(nats, log);
  const schemas = createSchemas(files);
  const maxMemoryBytes = (options.memoryMiB ?? 64) * MIB;
  const { startsAtOnce, recycleMs } = coreLimitsHere();
  const starts = watchStarts(limitStarts((callbacks) => startSandbox({ ...callbacks, maxMemoryBytes }), startsAtOnce));
  const spare = createSpareSandbox(starts.start, log);
  const pool = createSandboxPool({
    components: createComponents({ artifacts, files, secrets, log }),
    hostServices: createHostServices({
      nats,
      definitions,
      schemas,
      http: { isPrivateGrantable: options.isPrivateHttpGrantable ?? true },
    }),
    liveLogs: createLiveLogs({ nats, log, node: id }),
    startSandbox: spare.start,
    log,
    maxSandboxes: options.maxSandboxes ?? sandboxesFor(memoryHere()),
    maxPerTenant: options.maxSandboxesPerTenant ?? 1,
    recycleMs,
  });
  const metrics = createModuleMetrics({
    module: 'executor',
    version: options.version,
    isConnected: () => nats.isConnected,
    onReconnect: (listener) => nats.onReconnect(listener),
    definitionsRevision: () => definitions.revision,
  });
  let report: () => unknown = () => undefined;
  const queues = await createQueueSet(
    {
      nats,
      definitions,
      cancellations,
      admission: createAdmission(definitions, schemas),
      pool,
      log,
      node: id,
      onSettled: countExecutions(metrics),
    },
    () => report(),
  );
  const health = createHealth({ ...natsChecks(nats, definitions), sandboxes: () => starts.check() }, HEALTH_TIME_MS);
  tellExecutor(metrics, {
    get sandboxes() {
      return pool.size;
    },
    get sandboxStarts() {
      return starts.started;
    },
    get queues() {
      return queues.pinned;
    },
    get inFlight() {
      return queues.inFlight;
    },
  });
  const app = buildApp(health, metrics);
  const url = await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  const node = {
    id,
    module: 'executor',
    version: options.version,
    host: hostname(),
    pid: process.pid,
    startedAt: new Date().toISOString(),
    url,
  } as const;
  const announcement = await nodes.announce(node, () => ({
    definitionsRevision: definitions.revision,
    restRevision: queues.restRevision,
    load: { queues: queues.pinned, inFlight: queues.inFlight },
  }));
  report = () => announcement.report();
  const rebalancing = startRebalancing(
    { id, intervalMs: options.rebalanceIntervalMs ?? REBALANCE_MS },
    queues,
    nodes,
    log,
  );
  const forget = definitions.onChange(() => void announcement.report());
  log.info({ url }, 'executor ready');

  return {
    url,
    async stop() {
      forget();
      rebalancing.stop();
      await announcement.stop();
      await queues.stop(options.graceMs ?? 10_000);
      await pool.stop();
      await spare.stop();
      await app.close();
      metrics.stop();
      await definitions.stop();
      await cancellations.stop();
      await secrets.stop();
      await nats.close();
      log.info('executor stopped');
    },
  };
}
