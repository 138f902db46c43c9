// node send-order.ts <tenant> <event> <order id>
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const [tenant = 'acme', event = 'order-placed', id = 'order-1'] = process.argv.slice(2);
const nc = await connect({ servers: process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222' });
try {
  // Resolves once the event is stored; throws where no package declares it, or its queue is full.
  const ack = await jetstream(nc).publish(`jobico.event.${tenant}.${event}`, JSON.stringify({ id, total: 42.5 }), {
    // Sent again with the same id within two minutes, it is stored once.
    msgID: id,
  });
  process.stdout.write(`stored ${ack.stream} ${ack.seq}${ack.duplicate ? ' before' : ''}\n`);
} finally {
  await nc.drain();
}
