import * as https from 'node:https';
import * as tls from 'node:tls';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobWith, listen, responseOf, type TestServer } from './http-stage.ts';
import { selfSigned } from './self-signed.ts';

const localhost = selfSigned('localhost');
const other = selfSigned('other.example');
const trusted = tls.getCACertificates('default');

beforeEach(() => tls.setDefaultCACertificates([...trusted, localhost.cert, other.cert]));
afterEach(() => tls.setDefaultCACertificates(trusted));

async function serveTls(certificate: { cert: string; key: string }): Promise<TestServer & { names: string[] }> {
  const names: string[] = [];
  const seen: IncomingMessage[] = [];
  const SNICallback: tls.SecureContextOptions & https.ServerOptions['SNICallback'] = (name, callback) => {
    names.push(name);
    callback(null, tls.createSecureContext(certificate));
  };
  const server = https.createServer({ ...certificate, SNICallback }, (request, response) => {
    seen.push(request);
    response.end('over TLS');
  });
  server.on('tlsClientError', () => undefined);
  return Object.assign(await listen(server, seen), { names });
}

test('a server is asked by its name, and believed by its certificate', async () => {
  await using server = await serveTls(localhost);
  const origin = `https://localhost:${server.port}`;
  expect(responseOf(await jobWith([origin])({ url: origin })).text).toBe('over TLS');
  expect(server.names).toEqual(['localhost']);
  expect(server.seen.map(({ headers }) => headers.host)).toEqual([`localhost:${server.port}`]);
});

test.each([
  ['of another name', other, 'localhost', true],
  ['that no one vouches for', localhost, 'localhost', false],
  ['of a name, where an address was asked', localhost, '127.0.0.1', true],
])('a certificate %s is not believed, whatever the environment says', async (_what, certificate, host, isTrusted) => {
  if (!isTrusted) tls.setDefaultCACertificates(trusted);
  await using server = await serveTls(certificate);
  const origin = `https://${host}:${server.port}`;
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    expect(await jobWith([origin])({ url: origin })).toEqual({
      ok: false,
      error: { tag: 'failed', val: 'no TLS connection that can be trusted' },
    });
  } finally {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  }
  expect(server.seen).toEqual([]);
});
