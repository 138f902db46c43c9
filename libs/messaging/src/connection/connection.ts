import { readFileSync } from 'node:fs';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { JobicoError } from '@jobico/contract';
import type { Logger } from '@jobico/telemetry';
import {
  AuthorizationError,
  connect,
  credsAuthenticator,
  UserAuthenticationExpiredError,
  type NatsConnection,
} from '@nats-io/transport-node';
import { createPublisher, type Publisher } from '../publishing/publisher.ts';
import { watchSilence } from './silence.ts';

/** What is promised once a message is stored: `durable` is on the disk, `standard` survives the end of every process. */
export type Durability = 'standard' | 'durable';

/** One connection and what is done with it. Modules share it; nobody but this library calls nats.js. */
export interface Nats {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly publisher: Publisher;
  readonly durability: Durability;
  /** False while the server is away, or is known not to answer. */
  readonly isConnected: boolean;
  /** As the work ends, unless the server stops answering: `unavailable` then. See `NatsOptions.longestSilenceMs`. */
  whileHeard<T>(work: Promise<T>): Promise<T>;
  /** Calls back each time the connection is there again after it was lost. */
  onReconnect(listener: () => void): () => void;
  /** Drains: what was published is sent, subscriptions end. Waits no more than a few seconds for a server that hangs. */
  close(): Promise<void>;
}

export interface NatsOptions {
  /** `nats://host:port`. */
  url: string;
  /** Path of a `.creds` file; left out, the server takes whoever comes. */
  creds?: string | undefined;
  /** Shown by the server's connection list. */
  name: string;
  /**
   * A server that answers nothing for so long, in milliseconds, is treated as one that is away until it answers again; it is
   * noticed within half a second more. Default: it is waited for until the client gives the connection up, half a minute.
   */
  longestSilenceMs?: number | undefined;
  /** What the server is set to (`sync_interval: always` is `durable`). Default `standard`. */
  durability?: Durability | undefined;
  log: Logger;
}

/**
 * Connects, trying for up to ten seconds; afterwards it reconnects for ever. Throws `unavailable` when no server answers,
 * or when the one that answers has no JetStream; `denied` when it takes nobody with these credentials.
 */
export async function connectNats(options: NatsOptions): Promise<Nats> {
  const { url, creds, name, durability = 'standard', log } = options;
  const nc = await open(url, name, creds === undefined ? undefined : readCreds(creds));
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    await jsm.getAccountInfo();
  } catch (cause) {
    await nc.close();
    throw new JobicoError('unavailable', `the NATS server at ${url} has no JetStream`, {
      hint: 'Start it with JetStream enabled: nats-server -js, or see infra/nats.conf.',
      cause,
    });
  }
  const publisher = createPublisher(nc);
  const reconnected = new Set<() => void>();
  let isConnected = true;
  const silence = watchSilence(nc, {
    longestMs: options.longestSilenceMs ?? Infinity,
    isConnected: () => isConnected,
    onSilent() {
      publisher.disconnected('NATS does not answer');
      log.warn({ url }, 'NATS does not answer');
    },
    onHeard() {
      publisher.reconnected();
      log.info({ url }, 'NATS answers again');
    },
  });
  const watching = (async () => {
    for await (const { type } of nc.status()) {
      if (type === 'disconnect') {
        isConnected = false;
        publisher.disconnected();
        silence.disconnected();
        log.warn({ url }, 'NATS connection lost');
      } else if (type === 'reconnect') {
        isConnected = true;
        publisher.reconnected();
        log.info({ url }, 'NATS connection restored');
        for (const listener of reconnected) listener();
      }
    }
  })();
  return {
    nc,
    jsm,
    js: jetstream(nc),
    publisher,
    durability,
    get isConnected() {
      return isConnected && !silence.isSilent && !nc.isClosed();
    },
    whileHeard: (work) => silence.whileHeard(work),
    onReconnect(listener) {
      reconnected.add(listener);
      return () => void reconnected.delete(listener);
    },
    async close() {
      publisher.close();
      silence.stop();
      // A server that takes nothing more would be waited for until its pings are missed.
      if (isConnected && !silence.isSilent && !nc.isClosed())
        await Promise.race([nc.drain(), afterMs(LONGEST_DRAIN_MS)]);
      await nc.close();
      await watching;
    },
  };
}

const LONGEST_DRAIN_MS = 3000;

async function afterMs(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

function readCreds(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new JobicoError('config-invalid', `JOBICO_NATS_CREDS: ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

const FIRST_CONNECTION_MS = 10_000;

async function open(url: string, name: string, creds: Uint8Array | undefined): Promise<NatsConnection> {
  const until = Date.now() + FIRST_CONNECTION_MS;
  for (;;) {
    try {
      return await connect({
        servers: url,
        name,
        reconnect: true,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 250,
        reconnectJitter: 250,
        pingInterval: 10_000,
        maxPingOut: 2,
        noAsyncTraces: true,
        timeout: 2000,
        ...(creds && { authenticator: credsAuthenticator(creds) }),
      });
    } catch (cause) {
      if (cause instanceof AuthorizationError || cause instanceof UserAuthenticationExpiredError) {
        throw new JobicoError('denied', `the NATS server at ${url} lets nobody in with these credentials`, {
          hint: 'JOBICO_NATS_CREDS names the .creds file of the module, as `jobico init-nats` writes it.',
          cause,
        });
      }
      if (Date.now() > until) {
        throw new JobicoError('unavailable', `no NATS server answers at ${url}`, {
          hint: 'Start one (`jobico up` brings its own), or name another with --nats-url.',
          cause,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
