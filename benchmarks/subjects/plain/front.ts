// What one writes without a platform, the way in: fastify takes orders, ajv checks them, nats.js publishes them.
import { readFileSync } from 'node:fs';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Ajv2020 } from 'ajv/dist/2020.js';
import Fastify from 'fastify';
import { endWithParent, tellParent } from '../../child.ts';
import type { Order } from '../../order/order.ts';
import { connection, orderSubject } from '../bound-streams.ts';

const [natsUrl = ''] = process.argv.slice(2);
const nc = await connect({ ...connection, servers: natsUrl });
const js = jetstream(nc);
const schema = JSON.parse(readFileSync(new URL('../../order/order.json', import.meta.url), 'utf8')) as object;
const isOrder = new Ajv2020().compile<Order>(schema);
const app = Fastify({ bodyLimit: 8 << 20 });

app.post<{ Body: { data: unknown[] } }>('/orders', async (request, reply) => {
  const { data } = request.body;
  for (const order of data) if (!isOrder(order)) return reply.code(422).send({ errors: isOrder.errors });
  await Promise.all(data.map((order) => js.publish(orderSubject, JSON.stringify(order))));
  return reply.code(202).send({ accepted: data.length });
});

endWithParent(async () => {
  await app.close();
  await nc.close();
});
tellParent({ url: `${await app.listen({ host: '127.0.0.1', port: 0 })}/orders` });
