import { JobicoError } from '@jobico/contract';
import {
  defaultCacheDir,
  provisionNatsServer,
  startNatsServer,
  type NatsServerEnd,
  type OperatorMode,
} from '@jobico/nats-server';
import type { Logger } from '@jobico/telemetry';

export interface OwnNats {
  url: string;
  /** Resolves when the server has ended without being asked to. */
  failed: Promise<JobicoError>;
  stop(): Promise<void>;
}

/** Finds or fetches a nats-server and starts it as a child of this process. */
export async function startOwnNats(options: {
  dataDir: string;
  port: number;
  durability?: 'standard' | 'durable' | undefined;
  /** Left out: it takes whoever comes. */
  operator?: OperatorMode | undefined;
  log: Logger;
  onStep?: ((message: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}): Promise<OwnNats> {
  const log = options.log.child({ module: 'nats-server' });
  const { path, version } = await provisionNatsServer({
    cacheDir: defaultCacheDir(),
    onStep: ({ message, receivedBytes, totalBytes }) => options.onStep?.(stepLine(message, receivedBytes, totalBytes)),
    ...(options.signal && { signal: options.signal }),
  });
  const server = await startNatsServer({
    binary: path,
    dataDir: options.dataDir,
    port: options.port,
    ...(options.durability === 'durable' && { syncInterval: 'always' }),
    log: linesTo(log),
    ...(options.operator && { operator: options.operator }),
  });
  log.info({ url: server.url, version }, 'nats-server ready');
  let isStopping = false;
  const failed = new Promise<JobicoError>((resolve) => {
    void server.exited.then((end) => isStopping || resolve(ended(end)));
  });
  const stop = async () => {
    isStopping = true;
    await server.stop();
  };
  return { url: server.url, failed, stop };
}

function stepLine(message: string, receivedBytes?: number, totalBytes?: number): string {
  if (receivedBytes === undefined) return message;
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return `${message}: ${mib(receivedBytes)}${totalBytes === undefined ? '' : ` of ${mib(totalBytes)}`} MiB`;
}

function linesTo(log: Logger) {
  return {
    debug: (line: string) => log.debug(line),
    info: (line: string) => log.info(line),
    warn: (line: string) => log.warn(line),
    error: (line: string) => log.error(line),
  };
}

function ended({ code, signal, lines }: NatsServerEnd): JobicoError {
  const how = signal === null ? `exit code ${code ?? '?'}` : signal;
  return new JobicoError('nats-server-failed', `nats-server has ended by itself (${how}); the platform stops`, {
    hint: 'What it had acknowledged is on disk: start again with the same --data.',
    details: { lines },
  });
}
