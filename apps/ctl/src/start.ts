import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { ARTIFACT_VERSION, createInspector, type Inspector } from '@jobico/component';
import { createOperationChecks, JobicoError } from '@jobico/contract';
import {
  connectNats,
  createArtifactStore,
  createDeadLetters,
  createDefinitionStore,
  createFileCollector,
  createFileStore,
  createIntake,
  createNodes,
  createPauses,
  createRecorder,
  createScheduleStore,
  createSchemas,
  createTenantLimitStore,
  createSecretStore,
  forwardFires,
  parseSecretKeys,
  createTenantStore,
  createTokenStore,
  ensureStreams,
  openAccess,
  openDoor,
  openTenantAccounts,
  natsChecks,
  watchDefinitions,
  watchTenantLimits,
  type AuthMode,
  type Definitions,
  type Door,
  type Durability,
  type Nats,
  type Nodes,
} from '@jobico/messaging';
import { createHealth, createModuleMetrics, HEALTH_TIME_MS, type Logger } from '@jobico/telemetry';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { startCollecting } from './files/collecting.ts';
import { createGate } from './files/gate.ts';
import { countCancelled } from './executions/cancel.ts';
import { createHandlers, createStreams, type HandlerDeps } from './handlers.ts';
import { tellPlatform } from './nodes/platform-metrics.ts';
import { createReconciler } from './packages/reconcile.ts';
import { createTenantLocks } from './tenants/tenant-locks.ts';
import { ensureAdmin } from './tokens/first-admin.ts';
import { serveNats } from './transport/nats-service.ts';

export interface CtlOptions {
  /** `nats://host:port` */
  natsUrl: string;
  /** Path of a `.creds` file; left out, the server takes whoever comes. */
  natsCreds?: string | undefined;
  /** `durable`: queues take what comes together as one batch. Default `standard`. */
  durability?: Durability | undefined;
  /** Path of the `operator.json` of `jobico init-nats`; left out, tenants get no credentials for NATS. */
  natsOperator?: string | undefined;
  log: Logger;
  /** `open` asks for no token, and answers requests to loopback only. Default open. */
  auth?: AuthMode;
  /** With `auth: tokens`, an admin's token; left out, one is made where there has never been any. */
  adminToken?: string | undefined;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 8090; 0 takes a free one. */
  port?: number;
  /** That it reports. Default: this package's. */
  version?: string;
  /** Whether answers are held against the operation table too; tests do. Default false. */
  checkOutputs?: boolean;
  /** Keys that secrets are encrypted with, as `parseSecretKeys` reads them; without one no secret can be set. */
  secretKeys?: string | undefined;
  /** Between two looks at the queues that still have to be drained. Default 5,000. */
  reconcileIntervalMs?: number;
  /** Between two looks for files that nothing needs any more. Default 600,000. */
  collectIntervalMs?: number;
  /** How long a file is unneeded before it is deleted. Default 3,600,000. */
  collectGraceMs?: number;
  /** Queues that `/metrics` tells one by one, the fullest first; the others together. Default 100. */
  metricsQueues?: number;
  /** Whether a process of the gate stands ready for the next component, which costs its memory. Default false. */
  gateSpare?: boolean;
}

const MOST_QUEUES_TOLD = 100;

export interface Ctl {
  /** e.g. `http://127.0.0.1:8090` */
  url: string;
  /** The first admin's token, where it was made now: nothing shows it again. */
  adminToken?: string;
  /** Answers what is under way, then lets go of NATS. */
  stop(): Promise<void>;
}

/**
 * Starts the control plane: HTTP on its own port, the same operations as a NATS service.
 * Throws `unavailable` when no NATS server with JetStream answers, `port-in-use`.
 */
export async function startCtl(options: CtlOptions): Promise<Ctl> {
  const { natsUrl, natsCreds, durability, checkOutputs = false } = options;
  const log = options.log.child({ module: 'ctl' });
  const stops: (() => Promise<unknown>)[] = [];
  // In the opposite order of starting, each whatever became of the one before.
  const stop = async () => {
    for (let end = stops.pop(); end; end = stops.pop()) {
      await end().catch((error: unknown) => log.warn({ err: error }, 'a part of ctl did not stop cleanly'));
    }
  };
  try {
    const nats = await connectNats({ url: natsUrl, creds: natsCreds, durability, name: 'jobico-ctl', log });
    stops.push(() => nats.close());
    await ensureStreams(nats);
    const definitions = await watchDefinitions(nats, log);
    stops.push(() => definitions.stop());
    const nodes = await createNodes(nats, log);
    const limits = await watchTenantLimits(nats, log);
    stops.push(() => limits.stop());
    const node = randomUUID();
    const door = openDoor(nats, limits, node, log);
    stops.push(async () => door.stop());
    const inspector = createInspector({ spare: options.gateSpare ?? false });
    stops.push(async () => inspector.close());
    const { deps, reconciler } = await createDeps({ nats, node, nodes, definitions, door, inspector }, options);
    stops.push(async () => await deps.accounts?.close());
    const { auth = 'open' } = options;
    const adminToken = auth === 'open' ? undefined : await ensureAdmin(deps.tokens, options.adminToken);
    const { access, stop: stopAccess } = await openAccess(nats, auth, log);
    stops.push(stopAccess);
    warnOf(log, auth, natsCreds);
    const streams = createStreams({ recorder: deps.recorder, lastSequence: () => lastExecution(nats) });
    const { version = ownVersion() } = options;
    const health = createHealth(natsChecks(nats, definitions), HEALTH_TIME_MS);
    const metrics = createModuleMetrics({
      module: 'ctl',
      version,
      isConnected: () => nats.isConnected,
      onReconnect: (listener) => nats.onReconnect(listener),
      definitionsRevision: () => definitions.revision,
    });
    stops.push(async () => metrics.stop());
    tellPlatform(metrics, { nats, maxQueues: options.metricsQueues ?? MOST_QUEUES_TOLD });
    const run = {
      handlers: createHandlers({ ...deps, access, onCancelled: countCancelled(metrics) }),
      access,
      checks: createOperationChecks(),
      checkOutputs,
      isConnected: () => nats.isConnected,
    };
    const app = buildApp({ ...run, streams, health, metrics, log, version });
    const url = await listen(app, options);
    stops.push(() => app.close());
    const service = await serveNats({ ...run, nats, log, version });
    stops.push(() => service.stop());
    reconciler.start();
    const collector = await createFileCollector(nats, deps.store, { graceMs: options.collectGraceMs ?? GRACE_MS });
    const collecting = startCollecting(collector, options.collectIntervalMs ?? COLLECT_MS, log);
    stops.push(() => collecting.stop());
    stops.push(() => reconciler.stop());
    const forwarding = await forwardFires({ nats, definitions, schedules: deps.schedules, log });
    stops.push(() => forwarding.stop());
    stops.push(await announce(nodes, definitions, { id: node, url, version }));
    log.info({ url }, 'ctl is ready');
    return { url, stop, ...(adminToken !== undefined && { adminToken }) };
  } catch (error) {
    await stop();
    throw error;
  }
}

const COLLECT_MS = 600_000;
const GRACE_MS = 3_600_000;

/** What is open from the start to the stop. */
interface Opened {
  nats: Nats;
  /** This process, as records, limits and the list of nodes name it. */
  node: string;
  nodes: Nodes;
  definitions: Definitions;
  door: Door;
  inspector: Inspector;
}

async function createDeps({ nats, node, nodes, definitions, door, inspector }: Opened, options: CtlOptions) {
  const store = await createDefinitionStore(nats);
  const files = await createFileStore(nats);
  const artifacts = await createArtifactStore(nats);
  const tenants = await createTenantStore(nats);
  const tokens = await createTokenStore(nats);
  const { natsOperator: operatorFile } = options;
  const locks = createTenantLocks();
  const log = options.log;
  const schedules = await createScheduleStore(nats);
  const schemas = createSchemas(files);
  const intervalMs = options.reconcileIntervalMs;
  const reconciler = createReconciler({ nats, store, schedules, locks, log, intervalMs });
  const deps: Omit<HandlerDeps, 'access'> = {
    nats,
    store,
    definitions,
    files,
    nodes,
    locks,
    reconciler,
    gate: createGate({ inspect: inspector.inspect, artifacts, artifactVersion: ARTIFACT_VERSION }),
    schedules,
    schemas,
    intake: createIntake({ publisher: nats.publisher.joint, definitions, schemas }),
    recorder: createRecorder(nats),
    node,
    pauses: await createPauses(nats),
    tenantLimits: await createTenantLimitStore(nats),
    deadLetters: createDeadLetters(nats),
    door,
    secrets: await createSecretStore(nats, parseSecretKeys(options.secretKeys)),
    tenants,
    tokens,
    accounts:
      operatorFile === undefined ? undefined : await openTenantAccounts({ ...options, operatorFile, tenants, tokens }),
  };
  return { deps, reconciler };
}

/** What a token does not guard. */
function warnOf(log: Logger, auth: AuthMode, natsCreds: string | undefined): void {
  if (auth === 'open') {
    log.warn('open: whoever reaches this address may do everything; JOBICO_AUTH=tokens asks for tokens');
  } else if (natsCreds === undefined) {
    log.warn(
      'NATS is used without credentials: whoever reaches it needs no token; `jobico init-nats` sets up a server',
    );
  }
}

async function lastExecution({ jsm }: Nats): Promise<number> {
  const { state } = await jsm.streams.info('EXECUTIONS');
  return state.last_seq;
}

async function listen(app: FastifyInstance, { host = '127.0.0.1', port = 8090 }: CtlOptions): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new JobicoError('port-in-use', `port ${port} for the control plane is in use`, {
      hint: 'Stop what uses it, or take another with --ctl-port (0 takes a free one).',
      cause,
    });
  }
}

async function announce(
  nodes: Nodes,
  definitions: Definitions,
  { id, url, version }: { id: string; url: string; version: string },
): Promise<() => Promise<void>> {
  const node = {
    id,
    module: 'ctl' as const,
    version,
    host: hostname(),
    pid: process.pid,
    startedAt: new Date().toISOString(),
    url,
  };
  const announcement = await nodes.announce(node, () => ({ definitionsRevision: definitions.revision }));
  const forget = definitions.onChange(() => void announcement.report());
  return async () => {
    forget();
    await announcement.stop();
  };
}

function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
