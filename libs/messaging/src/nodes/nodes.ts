import type { Node as NodeState } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import { Kvm } from '@nats-io/kv';
import type { Nats } from '../connection/connection.ts';
import { bucketEntries } from '../reading/last-messages.ts';
import { NODES } from '../subjects.ts';

/** What changes about a module while it runs. */
export type Reported = Pick<NodeState, 'definitionsRevision' | 'restRevision' | 'load'>;

/** The running modules, each reporting itself while it lives: the bucket `nodes`. */
export interface Nodes {
  /** Reports a module every few seconds, with what `current` says then, until it is stopped. */
  announce(node: Omit<NodeState, keyof Reported>, current: () => Reported): Promise<Announcement>;
  list(): Promise<NodeState[]>;
}

export interface Announcement {
  /** Reports at once, after a change. */
  report(): Promise<void>;
  stop(): Promise<void>;
}

const BEAT_MS = 5000;
const TTL_MS = 3 * BEAT_MS;

export async function createNodes(nats: Nats, log: Logger): Promise<Nodes> {
  const bucket = await new Kvm(nats.js).create(NODES, { history: 1, ttl: TTL_MS });
  return {
    async announce(node, current) {
      const key = `${node.module}.${node.id}`;
      const report = async () => {
        if (!nats.isConnected) return;
        await bucket.put(key, JSON.stringify({ ...node, ...current() })).catch((error: unknown) => {
          log.warn({ err: error, key }, 'node could not be reported');
        });
      };
      await report();
      const beat = setInterval(() => void report(), BEAT_MS);
      return {
        report,
        async stop() {
          clearInterval(beat);
          if (nats.isConnected) await bucket.delete(key).catch(() => undefined);
        },
      };
    },
    async list() {
      const nodes = (await bucketEntries(nats, NODES, '>')).map(({ message }) => message.json<NodeState>());
      return nodes.sort((a, b) => (a.module + a.id < b.module + b.id ? -1 : 1));
    },
  };
}
