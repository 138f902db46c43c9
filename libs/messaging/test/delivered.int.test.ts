import { createInbox, headers, type Msg } from '@nats-io/transport-node';
import { ensureQueue, queueStream, type Nats } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { deliveredBy, readDelivered, type Delivered } from '../src/queues/delivered.ts';
import { queue, uniqueTenant, withNats } from './nats.ts';

const NAMES = ['Nats-Msg-Id', 'Msg-Id', 'Jobico-Key', 'Twice', 'Empty', 'Absent', 'nats-msg-id'];

/** One message, as it comes to the inbox of a pull request and as the client's own consumer reads it. */
async function bothWays(nats: Nats, set: [string, string][]): Promise<{ ours: Delivered; theirs: Delivered }> {
  const tenant = uniqueTenant();
  const stream = queueStream(tenant, 'q');
  await ensureQueue(nats, tenant, queue('q', { kind: 'none' }), ['placed']);
  const fields = headers();
  for (const [name, value] of set) fields.append(name, value);
  await nats.js.publish(`jobico.event.${tenant}.placed`, '{"ü":1}', set.length > 0 ? { headers: fields } : {});
  const consumer = await nats.js.consumers.get(stream, { filter_subjects: ['jobico.event.>'] });
  const theirs = await consumer.next();
  if (!theirs) throw new Error('nothing was stored');
  const inbox = createInbox();
  const pulled = new Promise<Msg>((resolve) => {
    nats.nc.subscribe(inbox, { max: 1, callback: (_error, message) => resolve(message) });
  });
  const { name } = await nats.jsm.consumers.add(stream, { ack_policy: 'explicit' });
  nats.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, '1', { reply: inbox });
  return { ours: readDelivered(await pulled), theirs: deliveredBy(theirs) };
}

/** All of it, but where its acknowledgement goes: the consumers are two. */
const contents = ({ payload, header, ...rest }: Delivered) => ({
  ...rest,
  reply: undefined,
  text: Buffer.from(payload).toString(),
  headers: NAMES.map((name) => header(name)),
});

test.each<[what: string, set: [string, string][], found: (string | undefined)[]]>([
  ['without headers', [], [undefined, undefined, undefined, undefined]],
  [
    'with headers of similar names, doubled, empty, and beyond ASCII',
    [
      ['Nats-Msg-Id', 'a: b'],
      ['Jobico-Key', 'schlüssel'],
      ['Twice', 'first'],
      ['Twice', 'second'],
      ['Empty', ''],
    ],
    ['a: b', undefined, 'schlüssel', 'first'],
  ],
])('a message %s reads the same as by the client', (_, set, found) =>
  withNats(async (nats) => {
    const { ours, theirs } = await bothWays(nats, set);
    expect(contents(ours)).toEqual(contents(theirs));
    expect(contents(ours).headers).toEqual([...found, undefined, undefined, undefined]);
  }),
);
