import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Sees to it that requests come in in time, and that a stream of events goes on coming. */
export interface Arrivals {
  /** A request whose body is to come. */
  begin(request: IncomingMessage): void;
  /** Some of it came that counts: its time begins anew. */
  goOn(request: IncomingMessage): void;
  /** It is there. */
  end(request: IncomingMessage): void;
  stop(): void;
}

/** Calls `cutOff` for each connection whose request is not there within `limitMs`. */
export function createArrivals(limitMs: number, cutOff: (socket: Duplex) => void): Arrivals {
  // The order of insertion is the order of the deadlines.
  const since = new Map<IncomingMessage, number>();

  const sweep = setInterval(
    () => {
      const latest = performance.now() - limitMs;
      for (const [request, from] of since) {
        if (from > latest) return;
        since.delete(request);
        if (!request.complete && !request.destroyed) cutOff(request.socket);
      }
    },
    Math.min(1000, limitMs),
  );
  sweep.unref();

  return {
    begin: (request) => void since.set(request, performance.now()),
    goOn(request) {
      if (since.delete(request)) since.set(request, performance.now());
    },
    end: (request) => void since.delete(request),
    stop: () => clearInterval(sweep),
  };
}
