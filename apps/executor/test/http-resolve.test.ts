import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { expect, test } from 'vitest';
import { createResolve } from '../src/host/http/resolve.ts';
import { jobWith } from './http-stage.ts';

/** A DNS server that knows these names, says of others that they do not exist, and of `silent.example` nothing. */
async function serveDns(addresses: Record<string, string[]>) {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = questionOf(query);
    asked.push(name);
    if (name === 'silent.example') return;
    const known = addresses[name];
    const records = (known ?? []).filter((each) => isIPv4(each) === (type === 1));
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
    header.writeUInt16BE(records.length, 6);
    header.fill(0, 8);
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records.map(recordOf)]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    resolve: createResolve([`127.0.0.1:${socket.address().port}`]),
    asked,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function questionOf(query: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function recordOf(address: string): Buffer {
  const data = isIPv4(address)
    ? Buffer.from(address.split('.').map(Number))
    : Buffer.from(
        address
          .split(':')
          .map((group) => Number.parseInt(group, 16))
          .flatMap((group) => [group >> 8, group & 255]),
      );
  const type = data.length === 4 ? 1 : 28;
  return Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]), data]);
}

const never = new AbortController().signal;

test('a name has the addresses of both families, IPv4 first', async () => {
  await using dns = await serveDns({
    'both.example': ['2606:4700:0:0:0:0:0:1', '203.0.113.1', '203.0.113.2'],
    'four.example': ['203.0.113.1'],
    'six.example': ['2606:4700:0:0:0:0:0:1'],
  });
  expect(await dns.resolve('both.example', never)).toEqual(['203.0.113.1', '203.0.113.2', '2606:4700::1']);
  expect(await dns.resolve('four.example', never)).toEqual(['203.0.113.1']);
  expect(await dns.resolve('six.example', never)).toEqual(['2606:4700::1']);
});

test('a name that is none has none, and localhost is not asked for', async () => {
  await using dns = await serveDns({});
  expect(await dns.resolve('none.example', never)).toEqual([]);
  expect(await dns.resolve('a..b', never)).toEqual([]);
  expect(await dns.resolve('localhost', never)).toEqual(['127.0.0.1', '::1']);
  expect(new Set(dns.asked)).toEqual(new Set(['none.example']));
});

test('a name whose servers are silent is given up with the call', async () => {
  await using dns = await serveDns({});
  const call = new AbortController();
  const found = dns.resolve('silent.example', call.signal);
  await expect.poll(() => dns.asked.length).toBeGreaterThan(0);
  call.abort('over');
  expect(await found).toEqual([]);
  const send = jobWith(['http://silent.example'], { resolve: dns.resolve });
  expect(await send({ url: 'http://silent.example/', timeoutMs: 50 })).toEqual({
    ok: false,
    error: { tag: 'timeout' },
  });
});

test('a granted name whose servers say that it is inside is not reached', async () => {
  await using dns = await serveDns({
    'metadata.example': ['169.254.169.254'],
    'mixed.example': ['0:0:0:0:0:ffff:7f00:1'],
  });
  for (const name of ['metadata.example', 'mixed.example']) {
    const answer = await jobWith([`http://${name}`], { resolve: dns.resolve })({ url: `http://${name}/` });
    expect(answer).toMatchObject({ ok: false, error: { tag: 'denied' } });
  }
});
