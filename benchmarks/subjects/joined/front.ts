// The plain way in, with joined writes and callbacks in place of promises.
import { readFileSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import { Ajv2020 } from 'ajv/dist/2020.js';
import Fastify from 'fastify';
import { endWithParent, tellParent } from '../../child.ts';
import type { Order } from '../../order/order.ts';
import { connection, orderSubject } from '../bound-streams.ts';
import { createJoinedWrites } from './joined-writes.ts';

const [natsUrl = ''] = process.argv.slice(2);
const nc = await connect({ ...connection, servers: natsUrl });
const writes = createJoinedWrites(nc);
const schema = JSON.parse(readFileSync(new URL('../../order/order.json', import.meta.url), 'utf8')) as object;
const isOrder = new Ajv2020().compile<Order>(schema);
const app = Fastify({ bodyLimit: 8 << 20 });

app.post<{ Body: { data: unknown[] } }>('/orders', (request, reply) => {
  const { data } = request.body;
  for (const order of data) if (!isOrder(order)) return reply.code(422).send({ errors: isOrder.errors });
  let left = data.length;
  let failure: Error | undefined;
  const onAnswer = (error: Error | undefined) => {
    failure ??= error;
    left -= 1;
    if (left > 0) return;
    if (failure) reply.code(503).send({ message: failure.message });
    else reply.code(202).send({ accepted: data.length });
  };
  for (const order of data) writes.publish(orderSubject, JSON.stringify(order), onAnswer);
  return undefined;
});

endWithParent(async () => {
  await app.close();
  await nc.close();
});
tellParent({ url: `${await app.listen({ host: '127.0.0.1', port: 0 })}/orders` });
