import { createInbox, type Msg } from '@nats-io/transport-node';
import type { Nats } from '../connection/connection.ts';
import { readDelivered, type Delivered } from './delivered.ts';
import { EXECUTOR_GROUP } from '../subjects.ts';

export interface PullHandlers {
  onMessage(message: Delivered): void;
  /** Another process is pinned, or none is. */
  onUnpinned(): void;
}

export interface PinnedPull {
  /** Takes nothing more. Whoever wants the server to know at once flushes the connection. */
  close(): void;
}

/** Messages that the server may send without being asked again. */
const MOST_ASKED = 256;
/** So few of them left, more are asked for. */
const TOP_UP_AT = 192;
/** Well below the consumer's `priority_timeout` of eight seconds, else the pin flaps. */
const EXPIRES_MS = 3000;
/** An answer comes before a request expires, or soon after: later, the requests are lost. */
const SILENCE_MS = 2 * EXPIRES_MS;
/** Before it is tried again where the consumer cannot be asked. */
const PAUSE_MS = 1000;

/** What the server says in place of a message. */
const WRONG_PIN = 423;
const EXPIRED = 408;
const NO_MESSAGES = 404;

/**
 * Pulls from a consumer of which the server pins one client, for as long as it is not closed. The client's own `consume`
 * would decode all headers of every message to see the pin, which costs as much as running a small job.
 */
export function pullPinned(nats: Nats, stream: string, consumer: string, handlers: PullHandlers): PinnedPull {
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
  const inbox = createInbox();
  let asked = 0;
  let pin = '';
  let heardAtMs = performance.now();
  let isPausing = false;

  const topUp = () => {
    if (asked > TOP_UP_AT || isPausing || !nats.isConnected) return;
    const request = { batch: MOST_ASKED - asked, expires: EXPIRES_MS * 1_000_000, group: EXECUTOR_GROUP };
    asked = MOST_ASKED;
    nats.nc.publish(subject, JSON.stringify(pin === '' ? request : { ...request, id: pin }), { reply: inbox });
  };
  /** What was asked for will not come. */
  const askAnew = () => {
    asked = 0;
    heardAtMs = performance.now();
    topUp();
  };
  const askLater = () => {
    if (isPausing) return;
    isPausing = true;
    setTimeout(() => {
      isPausing = false;
      askAnew();
    }, PAUSE_MS).unref();
  };

  const onStatus = ({ headers }: Msg) => {
    const left = Number(headers?.get('Nats-Pending-Messages') || 0);
    asked = Math.max(0, asked - left);
    const code = headers?.code ?? 0;
    // Every request that named the pin is answered so: the first says that none of them holds.
    if (code === WRONG_PIN && pin !== '') {
      pin = '';
      asked = 0;
      handlers.onUnpinned();
    }
    // The consumer is gone, moves, or takes no more requests.
    if (![WRONG_PIN, EXPIRED, NO_MESSAGES].includes(code)) askLater();
  };

  const subscription = nats.nc.subscribe(inbox, {
    callback: (error, message) => {
      if (error) return;
      heardAtMs = performance.now();
      if (message.subject === inbox) onStatus(message);
      else {
        asked = Math.max(0, asked - 1);
        const delivered = readDelivered(message);
        pin = pinOf(delivered);
        handlers.onMessage(delivered);
      }
      topUp();
    },
  });
  const watching = setInterval(() => {
    if (performance.now() - heardAtMs > SILENCE_MS) askAnew();
  }, EXPIRES_MS);
  watching.unref();
  const forget = nats.onReconnect(askAnew);
  topUp();

  return {
    close() {
      forget();
      clearInterval(watching);
      isPausing = true;
      subscription.unsubscribe();
    },
  };
}

/** Under which pin the server sent a message. */
export const pinOf = (message: Delivered): string => message.header('Nats-Pin-Id') ?? '';
