import type { ConsumerInfo } from '@nats-io/jetstream';
import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import type { Delivered } from './delivered.ts';
import { pinOf, pullPinned } from './pinned-pull.ts';
import { EXECUTOR_CONSUMER, EXECUTOR_GROUP } from '../subjects.ts';

/** What is known of the messages of an ordered queue that are not acknowledged, by their sequences. */
export interface Tail {
  floor: number;
  delivered: number;
  handedBack?: number;
  forgotten?: { window: number; last: number };
}

/** What the one who worked a queue knows of its tail when nothing of it is under way. */
export interface HandBack {
  /** Messages up to here may have run all the same, in another process before. */
  doubtful: number;
  /** The newest message that came. */
  received: number;
}

/** What an ordered queue tells the one who works it. */
export interface OrderedHandlers {
  /**
   * This process is the one that gets the queue's messages now. Everything it held of the queue before is void. Messages
   * up to `floor` are acknowledged; those after it and up to `delivered` may have run already, in another process or in
   * this one before it lost the pin; they come again, in order. With `forgotten`, the server was started anew and may have
   * forgotten its last deliveries: as many as `window` after the last one that is known to have run may have run too, but
   * none after `last`. With `handedBack`, whoever had the queue before let go of it with nothing under way: of the messages
   * after `delivered` and up to that one, those have run of which there is a record, and no others.
   */
  onPinned(tail: Tail): void;
  /** The next message of the queue, in order. One that is still in work may come again: then its acknowledgement moves on. */
  onMessage(message: Delivered): void;
  /** Another process gets the queue's messages, or none does: what is held is void. */
  onUnpinned(): void;
}

export interface OrderedConsumer {
  /** Whether this process gets the queue's messages. */
  readonly isPinned: boolean;
  /** Lets another process have the queue at once, and stops. With `handBack`, tells it what it need not doubt. */
  stop(handBack?: HandBack): Promise<void>;
}

/** What was sent before a reset arrives within this time, if at all. */
const STALE_MS = 2000;
/** An advisory can be missed, so a standby looks by itself too. */
const LOOK_MS = 15_000;

/**
 * Consumes an ordered queue: among all processes that do, the server pins one and sends it every message.
 *
 * A new pin begins after whatever was delivered to the old one, acknowledged or not. So the first message under a new pin
 * is only a sign: unless it follows the acknowledgement floor, the consumer is reset to the floor, and messages count from
 * the one whose delivery sequence is 1 again. States: `standby` → (first message under a new pin) `taking-over` → (tail
 * recovered) `flowing` → (unpinned, or a delivery is missing) `standby`.
 *
 * `name`: of the durable consumer, where the queue is partitioned and has several.
 */
export async function consumeOrdered(
  nats: Nats,
  stream: string,
  handlers: OrderedHandlers,
  log: Logger,
  name = EXECUTOR_CONSUMER,
): Promise<OrderedConsumer> {
  let state: 'standby' | 'taking-over' | 'flowing' | 'stopped' = 'standby';
  let pin = '';
  /** The run of the server under which this process learned last what was delivered. */
  let server = nats.nc.info?.server_id;
  let expected = 0;
  let resetAtMs = 0;
  let held: Delivered[] = [];

  const standby = () => {
    if (state === 'standby' || state === 'stopped') return;
    state = 'standby';
    pin = '';
    held = [];
    handlers.onUnpinned();
  };

  const deliver = (message: Delivered) => {
    const { deliverySequence } = message;
    if (deliverySequence !== expected) {
      // Sent before the reset; it comes again.
      if (expected === 1 && performance.now() - resetAtMs < STALE_MS) return;
      // 1: someone reset the consumer, or we did before a restart of the pin. Else a delivery was lost on the way.
      log.info({ stream, expected, deliverySequence }, 'queue is read again from its acknowledgement floor');
      standby();
      void takeOver(message);
      return;
    }
    expected += 1;
    handlers.onMessage(message);
  };

  const takeOver = async (first: Delivered) => {
    state = 'taking-over';
    const mine = (pin = pinOf(first));
    held = [first];
    try {
      const info = await nats.jsm.consumers.info(stream, name);
      // What came before the first message under this pin went to someone else.
      const before = first.deliveryCount > 1 ? info.delivered.stream_seq : first.sequence - 1;
      const delivered = Math.max(before, deliveredBeforeReset(info));
      let floor = info.ack_floor.stream_seq;
      let isReset = false;
      if (first.deliverySequence !== info.ack_floor.consumer_seq + 1) {
        floor = await resetToFloor(nats, info, delivered);
        isReset = true;
        resetAtMs = performance.now();
        log.info({ stream, floor, delivered }, 'took a queue over from its acknowledgement floor');
      }
      const handedBack = isReset ? 0 : handedBackIn(info);
      // From now on something may begin: who comes next must not believe any more that nothing has.
      if (handedBack > 0) await tellDelivered(nats, info, delivered);
      const forgotten = server === nats.nc.info?.server_id ? undefined : await forgottenBy(info);
      if (state !== 'taking-over' || pin !== mine) return;
      server = nats.nc.info?.server_id;
      handlers.onPinned({
        floor,
        delivered,
        ...(handedBack > 0 && { handedBack }),
        ...(forgotten && { forgotten }),
      });
      state = 'flowing';
      // After a reset the answer may be faster than the first message: what is held then counts as before.
      expected = isReset ? 1 : (held[0]?.deliverySequence ?? 1);
      const ready = held;
      held = [];
      for (const message of ready) if (state === 'flowing') deliver(message);
    } catch (error) {
      log.warn({ stream, err: error }, 'queue could not be taken over, trying again');
      standby();
      await nats.jsm.consumers.unpin(stream, name, EXECUTOR_GROUP).catch(() => undefined);
    }
  };

  /** What is delivered is written down a moment later; but only what was stored by now can have been delivered. */
  const forgottenBy = async ({ config }: ConsumerInfo) => {
    const { state: stored } = await nats.jsm.streams.info(stream);
    return { window: config.max_ack_pending ?? 0, last: stored.last_seq };
  };

  const onMessage = (message: Delivered) => {
    if (state === 'stopped') return;
    if (state === 'standby' || pinOf(message) !== pin) {
      standby();
      void takeOver(message);
    } else if (state === 'taking-over') {
      if (message.deliverySequence === 1) held = [];
      held.push(message);
    } else deliver(message);
  };

  const pull = pullPinned(nats, stream, name, { onMessage, onUnpinned: standby });

  // Events that a dead process had in work would wait out their ack wait; whoever notices hands them out again at once.
  const freeTail = async () => {
    if (state !== 'standby' || !nats.isConnected) return;
    try {
      const info = await nats.jsm.consumers.info(stream, name);
      if (info.num_ack_pending > 0 && !hasPin(info)) await resetToFloor(nats, info, info.delivered.stream_seq);
    } catch (error) {
      log.debug({ stream, err: error }, 'pin state could not be read');
    }
  };
  const advisories = nats.nc.subscribe(`$JS.EVENT.ADVISORY.CONSUMER.UNPINNED.${stream}.${name}`, {
    callback: () => void freeTail(),
  });
  const looking = setInterval(() => void freeTail(), LOOK_MS);
  void freeTail();

  const hasQueue = () => state === 'flowing' || state === 'taking-over';
  return {
    get isPinned() {
      return hasQueue();
    },
    async stop(handBack) {
      const wasPinned = hasQueue();
      const isOurs = state === 'flowing';
      state = 'stopped';
      clearInterval(looking);
      advisories.unsubscribe();
      pull.close();
      if (!nats.isConnected) return;
      // The server must know that nobody waits here any more, or it may pin the request that was left behind. A connection
      // that is lost meanwhile tells it too.
      const isTold = await nats.nc.flush().then(
        () => true,
        () => false,
      );
      if (!isTold || !wasPinned) return;
      if (handBack && isOurs) {
        await handTailBack(nats, { stream_name: stream, name }, handBack).catch((error: unknown) =>
          log.debug({ stream, err: error }, 'queue could not be handed back; whoever is next doubts its tail'),
        );
      }
      await nats.jsm.consumers
        .unpin(stream, name, EXECUTOR_GROUP)
        .catch((error: unknown) => log.debug({ stream, err: error }, 'unpin failed, the pin will time out'));
    },
  };
}

/** The server tells who is pinned; the client's types leave it out. */
type PinnedConsumerInfo = ConsumerInfo & { priority_groups?: { group: string; pinned_client_id?: string }[] };

/** Whether some process gets the messages of this consumer. */
export const hasPin = (info: PinnedConsumerInfo): boolean =>
  (info.priority_groups ?? []).some(({ pinned_client_id }) => Boolean(pinned_client_id));

/** Whether some process gets the messages of a consumer of the queue's stream now. */
export async function isPinned({ jsm }: Nats, stream: string, name = EXECUTOR_CONSUMER): Promise<boolean> {
  return hasPin(await jsm.consumers.info(stream, name));
}

const DELIVERED = 'jobico-delivered';
const HANDED_BACK = 'jobico-handed-back';

type Consumer = Pick<ConsumerInfo, 'stream_name' | 'name'>;

/**
 * Makes the consumer begin again after what is acknowledged, and answers that sequence. What had been delivered beyond it
 * is kept in the consumer's metadata: a reset wipes it, and whoever is pinned next must know what may have run.
 */
async function resetToFloor(nats: Nats, consumer: Consumer, delivered: number): Promise<number> {
  await tellDelivered(nats, consumer, delivered);
  const { ack_floor } = await nats.jsm.consumers.reset(consumer.stream_name, consumer.name);
  return ack_floor.stream_seq;
}

/** Takes the place of whatever was told before, of what was handed back too. */
async function tellDelivered({ jsm }: Nats, { stream_name, name }: Consumer, delivered: number): Promise<void> {
  await jsm.consumers.update(stream_name, name, { metadata: { [DELIVERED]: String(delivered) } });
}

/** Before the pin goes: a standby that notices finds nothing that it would have to free. */
async function handTailBack({ jsm }: Nats, { stream_name, name }: Consumer, tail: HandBack): Promise<void> {
  const metadata = { [DELIVERED]: String(tail.doubtful), [HANDED_BACK]: String(tail.received) };
  await jsm.consumers.update(stream_name, name, { metadata });
  await jsm.consumers.reset(stream_name, name);
}

const handedBackIn = ({ config }: ConsumerInfo) => Number(config.metadata?.[HANDED_BACK] ?? 0);

const deliveredBeforeReset = ({ config }: ConsumerInfo) => Number(config.metadata?.[DELIVERED] ?? 0);
