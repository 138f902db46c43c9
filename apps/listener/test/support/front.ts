import { randomUUID } from 'node:crypto';
import { jobsOf, queueOf, validatePackage, type Problem } from '@jobico/contract';
import {
  connectNats,
  createDefinitionStore,
  createFileStore,
  createNodes,
  ensureQueue,
  ensureStreams,
  queueStream,
  type Accepted,
  type Nats,
} from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, inject, onTestFinished, vi } from 'vitest';
import { startListener, type Listener, type ListenerOptions } from '../../src/index.ts';

/** An event as its queue's stream holds it. */
export interface StoredEvent {
  sequence: number;
  text: string;
  bytes: Uint8Array;
  header: (name: string) => string;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Partial<Accepted> & Partial<Problem>;
}

/** A listener in front of a tenant of its own, declared without a control plane. */
export interface Front {
  readonly listener: Listener;
  readonly tenant: string;
  readonly nats: Nats;
  /** Declares events of the queue `main`, each with its schema, in place of what was declared before. */
  declare: (
    events: Record<string, object | undefined>,
    queue?: object,
    webhooks?: Record<string, object>,
  ) => Promise<void>;
  /** Sends a body to an event's address; text goes as it is. */
  post: (event: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** What the queue `main` holds, oldest first. */
  stored: () => Promise<StoredEvent[]>;
}

export type FrontOptions = Partial<ListenerOptions>;

const log = createSilentLogger();

export async function front({ natsUrl = inject('natsUrl'), ...options }: FrontOptions = {}): Promise<Front> {
  const nats = await connectNats({ url: natsUrl, durability: options.durability, name: 'test', log });
  onTestFinished(() => nats.close());
  await ensureStreams(nats);
  const listener = await startListener({ natsUrl, log, version: '0', port: 0, ...options });
  onTestFinished(() => listener.stop());
  const tenant = `l-${randomUUID().slice(0, 8)}`;
  const post = async (event: string, body: unknown, headers: Record<string, string> = {}) =>
    await answerOf(
      fetch(`${listener.url}/events/${tenant}/${event}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    );
  return {
    listener,
    tenant,
    nats,
    post,
    declare: async (events, queue = {}, webhooks = {}) => {
      await applied(nats, listener, await declare(nats, tenant, events, queue, webhooks));
    },
    stored: () => storedIn(nats, queueStream(tenant, 'main')),
  };
}

export async function answerOf(response: Promise<Response>): Promise<Answer> {
  const { status, headers, ...rest } = await response.then(async (got) => ({
    status: got.status,
    headers: got.headers,
    text: await got.text(),
  }));
  return { status, headers, body: rest.text === '' ? {} : (JSON.parse(rest.text) as Answer['body']) };
}

async function declare(
  nats: Nats,
  tenant: string,
  events: Record<string, object | undefined>,
  queue: object,
  webhooks: Record<string, object>,
): Promise<number> {
  const definition = validatePackage({
    id: 'front',
    tenant,
    queues: [{ id: 'main', ...queue }],
    jobs: Object.entries(events).map(([id, schema]) => ({
      event: {
        id,
        supplierqueue: 'main',
        runtime: 'work',
        ...(schema && { schema: { id, schemaref: `${id}.json` } }),
        ...(webhooks[id] && { webhook: webhooks[id] }),
      },
    })),
    runtimes: [{ id: 'work', moduleref: 'work.wasm' }],
  });
  const files = await createFileStore(nats);
  const schemas: Record<string, string> = {};
  for (const [id, schema] of Object.entries(events)) {
    if (!schema) continue;
    const { digest } = await files.put(tenant, 'json', `${id}.json`, Buffer.from(JSON.stringify(schema)));
    schemas[`${id}.json`] = digest;
  }
  for (const each of definition.queues) {
    const ids = jobsOf(definition).map(({ event }) => event);
    await ensureQueue(nats, tenant, queueOf(each), ids);
  }
  const definitions = await createDefinitionStore(nats);
  const { revision, lastVersion } = await definitions.list(tenant);
  const version = lastVersion('front') + 1;
  // The listener never looks at a component.
  const modules = { 'work.wasm': `sha256:${'0'.repeat(64)}` };
  const deployedAt = new Date().toISOString();
  return await definitions.put({ tenant, id: 'front', version, deployedAt, definition, modules, schemas }, revision);
}

/** Waits until the listener reports that it has applied a revision of the definitions. */
async function applied(nats: Nats, listener: Listener, revision: number): Promise<void> {
  const nodes = await createNodes(nats, log);
  await vi.waitFor(
    async () => {
      const node = (await nodes.list()).find(({ url }) => url === listener.url);
      expect(node?.definitionsRevision).toBeGreaterThanOrEqual(revision);
    },
    { timeout: 10_000, interval: 5 },
  );
}

async function storedIn(nats: Nats, stream: string): Promise<StoredEvent[]> {
  // The test's own connection may come back after the listener's; what is asked before that is never answered.
  await vi.waitFor(() => expect(nats.isConnected).toBe(true), { timeout: 10_000, interval: 5 });
  const { jsm } = nats;
  const { state } = await jsm.streams.info(stream);
  const events: StoredEvent[] = [];
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
    const message = await jsm.streams.getMessage(stream, { seq });
    if (!message) continue;
    events.push({
      sequence: seq,
      bytes: message.data,
      text: Buffer.from(message.data).toString('utf8'),
      header: (name) => message.header.get(name),
    });
  }
  return events;
}
