import { JobicoError } from '@jobico/contract';
import type { NatsConnection } from '@nats-io/transport-node';

/** Notices that a server is there and answers nothing: one that hangs, or whose packets are lost on the way. */
export interface SilenceWatch {
  readonly isSilent: boolean;
  /** As the work ends, unless the server is silent, or gone: `unavailable` then. */
  whileHeard<T>(work: Promise<T>): Promise<T>;
  /** The connection is lost; it is looked at again when it is back. */
  disconnected(): void;
  stop(): void;
}

export interface SilenceOptions {
  /** Milliseconds that the server may take to answer a ping; it is noticed within half a second more. */
  longestMs: number;
  /** Whether there is a connection. */
  isConnected: () => boolean;
  onSilent: () => void;
  /** It answers again. */
  onHeard: () => void;
}

const LOOK_MS = 250;

/**
 * Pings the server all the time. It counts its own looks and not the clock: a process that was busy itself, and had no time
 * to read the answers, does not hold that against the server.
 */
export function watchSilence(nc: NatsConnection, options: SilenceOptions): SilenceWatch {
  const { longestMs, isConnected, onSilent, onHeard } = options;
  const mostLooks = Math.ceil(longestMs / LOOK_MS);
  const waiting = new Set<(error: JobicoError) => void>();
  let isSilent = false;
  let ping: { looks: number } | undefined;

  const send = () => {
    const mine = { looks: 0 };
    ping = mine;
    const answered = () => {
      if (ping !== mine) return;
      ping = undefined;
      if (isSilent) onHeard();
      isSilent = false;
    };
    // A ping that the client gives up is none that the server has answered: the connection is being closed then.
    nc.flush().then(answered, () => undefined);
  };

  const look = () => {
    if (!isConnected() || nc.isClosed()) return letGo();
    if (!ping) return send();
    ping.looks += 1;
    if (ping.looks <= mostLooks) return;
    if (!isSilent) {
      isSilent = true;
      onSilent();
    }
    letGo();
  };

  // What has just failed for this reason, and says more of it, comes first.
  const letGo = () => {
    setImmediate(() => {
      for (const reject of waiting) reject(new JobicoError('unavailable', 'NATS does not answer'));
      waiting.clear();
    });
  };

  const timer = longestMs === Infinity ? undefined : setInterval(look, LOOK_MS).unref();

  return {
    get isSilent() {
      return isSilent;
    },
    whileHeard: (work) =>
      new Promise((resolve, reject) => {
        waiting.add(reject);
        void work.then(resolve, reject).finally(() => waiting.delete(reject));
      }),
    disconnected() {
      letGo();
      ping = undefined;
      isSilent = false;
    },
    stop: () => clearInterval(timer),
  };
}
