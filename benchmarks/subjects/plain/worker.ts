// What one writes without a platform, the other end: consume, call a function, publish its result, acknowledge.
import { jetstream, type JsMsg } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { endWithParent, tellParent } from '../../child.ts';
import { receiptOf, type Order } from '../../order/order.ts';
import { connection, ORDERS, receiptSubject, WORKER } from '../bound-streams.ts';

const [natsUrl = ''] = process.argv.slice(2);
const nc = await connect({ ...connection, servers: natsUrl });
const js = jetstream(nc);
const consumer = await js.consumers.get(ORDERS, WORKER);
const messages = await consumer.consume();

async function handle(message: JsMsg): Promise<void> {
  await js.publish(receiptSubject, JSON.stringify(receiptOf(message.json<Order>())));
  message.ack();
}

async function work(): Promise<void> {
  // The next is begun while results are being stored; the consumer's limit of unacknowledged messages bounds that.
  for await (const message of messages) void handle(message);
}

endWithParent(async () => {
  await messages.close();
  await nc.close();
});
tellParent('ready');
await work();
