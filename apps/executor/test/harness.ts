import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARTIFACT_VERSION, inspectComponent } from '@jobico/component';
import { jobsOf, queueOf, validatePackage, type DeadLetter, type Execution } from '@jobico/contract';
import {
  connectNats,
  createArtifactStore,
  createDeadLetters,
  createDefinitionStore,
  createFileStore,
  createPauses,
  createRecorder,
  deleteQueue,
  ensureQueue,
  ensureStreams,
  listQueues,
  queueStream,
  type Nats,
} from '@jobico/messaging';
import { startExecutor, type Executor, type ExecutorOptions } from '@jobico/executor';
import { startNatsServer, type NatsServer } from '@jobico/nats-server';
import { createSilentLogger } from '@jobico/telemetry';
import { afterAll, expect, inject } from 'vitest';
import { buildGuest } from '../../../test/components/build.ts';

const log = createSilentLogger();
let count = 0;

let server: Promise<NatsServer> | undefined;

/** A nats-server of this test file's own: an executor works every queue there is, those of other files' tests too. */
async function natsUrl(): Promise<string> {
  server ??= mkdtemp(join(tmpdir(), 'jobico-executor-')).then((dataDir) =>
    startNatsServer({ binary: inject('natsServerBinary'), dataDir }),
  );
  return (await server).url;
}

afterAll(async () => {
  const started = await server;
  await started?.stop();
  if (started) await rm(started.dataDir, { recursive: true, force: true });
});

const inspected = new Map<string, ReturnType<typeof inspectComponent>>();

/** A guest as the gate lets it in; each is built and looked at once. */
function inspectedGuest(guest: string): ReturnType<typeof inspectComponent> {
  const known = inspected.get(guest) ?? buildGuest(guest).then((component) => inspectComponent(component));
  inspected.set(guest, known);
  return known;
}

/** A tenant with a package of guests, deployed without a control plane, and what it takes to watch it run. */
export interface Stage {
  readonly nats: Nats;
  readonly tenant: string;
  /** Publishes an event as any producer of the tenant's may; answers its id. */
  publish(event: string, data: unknown, id?: string): Promise<string>;
  startExecutor(options?: Partial<ExecutorOptions>): Promise<Executor>;
  /** Every execution so far, oldest first. */
  executions(): Promise<Execution[]>;
  /** The dead letters, once there are as many: each follows the record of its outcome. */
  deadLetters: (howMany?: number) => Promise<DeadLetter[]>;
  /** Waits until as many executions as that have ended for good. */
  outcomes(howMany: number, timeoutMs?: number): Promise<Execution[]>;
  /** Events of a queue that are not acknowledged, or not delivered. */
  unacknowledged(queue: string): Promise<number>;
  deploy(definition: object, guests: Record<string, string>, schemas?: Record<string, object>): Promise<void>;
}

/** Runs a test on a stage of its own; every executor that it started is stopped afterwards. */
export async function onStage(work: (stage: Stage) => Promise<void>): Promise<void> {
  const nats = await connectNats({ url: await natsUrl(), name: 'test', log });
  const executors: Executor[] = [];
  const tenant = `x${process.pid}-${(count += 1)}-${Date.now().toString(36)}`;
  try {
    await ensureStreams(nats);
    await work(createStage(nats, tenant, executors));
  } finally {
    await Promise.all(executors.map((executor) => executor.stop()));
    const definitions = await createDefinitionStore(nats);
    const pauses = await createPauses(nats);
    for (const { of, id } of await pauses.list(tenant)) await pauses.resume(tenant, of, id);
    for (const version of (await definitions.list(tenant)).packages) {
      await definitions.remove(version, (await definitions.list(tenant)).revision);
    }
    // An executor works every queue there is: the next test's would work this one's too.
    for (const { id } of await listQueues(nats, tenant)) await deleteQueue(nats, tenant, id);
    await nats.close();
  }
}

function createStage(nats: Nats, tenant: string, executors: Executor[]): Stage {
  const recorder = createRecorder(nats);
  const executions = async () => (await recorder.list({ tenant, limit: 1000 })).items.toReversed();
  return {
    nats,
    tenant,
    executions,
    async publish(event, data, id = `${event}-${(count += 1)}`) {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      await nats.publisher.publish(`jobico.event.${tenant}.${event}`, text, [['Nats-Msg-Id', id]]);
      return id;
    },
    async startExecutor(options = {}) {
      const executor = await startExecutor({
        natsUrl: await natsUrl(),
        log,
        version: '0',
        graceMs: 5000,
        ...options,
      });
      executors.push(executor);
      return executor;
    },
    async deadLetters(howMany = 0) {
      const letters = async () => (await createDeadLetters(nats).list({ tenant, limit: 1000 })).items;
      await expect.poll(async () => (await letters()).length, { timeout: 5000 }).toBeGreaterThanOrEqual(howMany);
      return await letters();
    },
    async outcomes(howMany, timeoutMs = 15_000) {
      const ended = async () => (await executions()).filter(({ status }) => status !== 'retry');
      await expect
        .poll(async () => (await ended()).length, { timeout: timeoutMs, interval: 50 })
        .toBeGreaterThanOrEqual(howMany);
      return await ended();
    },
    async unacknowledged(queue) {
      const { num_pending, num_ack_pending } = await nats.jsm.consumers.info(queueStream(tenant, queue), 'executor');
      return num_pending + num_ack_pending;
    },
    deploy: (definition, guests, schemas = {}) => deploy(nats, tenant, definition, guests, schemas),
  };
}

async function deploy(
  nats: Nats,
  tenant: string,
  definition: object,
  guests: Record<string, string>,
  schemaSources: Record<string, object>,
): Promise<void> {
  const valid = validatePackage({ ...definition, tenant });
  const [files, artifacts, definitions] = [
    await createFileStore(nats),
    await createArtifactStore(nats),
    await createDefinitionStore(nats),
  ];
  const modules: Record<string, string> = {};
  for (const [moduleref, guest] of Object.entries(guests)) {
    const { digest, artifact } = await inspectedGuest(guest);
    if (!(await artifacts.has(digest, ARTIFACT_VERSION))) await artifacts.put(digest, ARTIFACT_VERSION, artifact);
    modules[moduleref] = digest;
  }
  const schemas: Record<string, string> = {};
  for (const [name, schema] of Object.entries(schemaSources)) {
    schemas[name] = (await files.put(tenant, 'json', name, Buffer.from(JSON.stringify(schema)))).digest;
  }
  const others = (await definitions.list(tenant)).packages.filter(({ id }) => id !== valid.id);
  const jobs = [valid, ...others.map((other) => other.definition)].flatMap(jobsOf);
  for (const queue of valid.queues) {
    const events = jobs.filter((job) => job.queue === queue.id).map(({ event }) => event);
    await ensureQueue(nats, tenant, queueOf(queue), events);
  }
  const { revision, lastVersion } = await definitions.list(tenant);
  const version = lastVersion(valid.id) + 1;
  await definitions.put(
    { tenant, id: valid.id, version, deployedAt: new Date().toISOString(), definition: valid, modules, schemas },
    revision,
  );
}
