// The plain other end, with joined writes and callbacks in place of promises.
import { jetstream, type JsMsg } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { endWithParent, tellParent } from '../../child.ts';
import { receiptOf, type Order } from '../../order/order.ts';
import { connection, ORDERS, receiptSubject, WORKER } from '../bound-streams.ts';
import { createJoinedWrites } from './joined-writes.ts';

const [natsUrl = ''] = process.argv.slice(2);
const nc = await connect({ ...connection, servers: natsUrl });
const writes = createJoinedWrites(nc);
const consumer = await jetstream(nc).consumers.get(ORDERS, WORKER);

/** The message has it; its type leaves it out. */
const replyOf = (message: JsMsg) => (message as JsMsg & { reply: string }).reply;

function handle(message: JsMsg): void {
  const receipt = JSON.stringify(receiptOf(message.json<Order>()));
  writes.publish(receiptSubject, receipt, (error) => {
    if (error) throw error;
    writes.acknowledge(replyOf(message));
  });
}

const messages = await consumer.consume({ max_messages: 256, callback: handle });

endWithParent(async () => {
  await messages.close();
  await nc.close();
});
tellParent('ready');
