import { packageFaults, readHttpGrant } from '@jobico/contract';
import { describe, expect, test } from 'vitest';

describe('what a grant of outgoing HTTP may be', () => {
  test.each([
    ['https://api.example.com', { protocol: 'https:', host: 'api.example.com', isWildcard: false, port: '' }],
    ['https://api.example.com:443', { protocol: 'https:', host: 'api.example.com', isWildcard: false, port: '' }],
    ['https://api.example.com:8443', { protocol: 'https:', host: 'api.example.com', isWildcard: false, port: '8443' }],
    ['http://*.example.com:80', { protocol: 'http:', host: 'example.com', isWildcard: true, port: '' }],
    ['https://my_bucket.s3.example.com', { protocol: 'https:', host: 'my_bucket.s3.example.com' }],
    ['https://xn--bcher-kva.example', { host: 'xn--bcher-kva.example' }],
    ['http://127.0.0.1:8080', { host: '127.0.0.1', port: '8080' }],
    ['http://localhost:8080', { host: 'localhost', port: '8080' }],
    ['http://[::1]:8080', { host: '[::1]', port: '8080' }],
    ['http://[::ffff:7f00:1]', { host: '[::ffff:7f00:1]', port: '' }],
  ])('%s', (text, grant) => expect(readHttpGrant(text)).toMatchObject(grant));
});

describe('what it may not be, with what was meant where that is clear', () => {
  test.each([
    ['api.example.com', /neither https/, 'https://api.example.com'],
    ['ftp://example.com', /neither https/, undefined],
    ['HTTPS://example.com', /neither https/, undefined],
    ['*', /neither https/, undefined],
    ['', /neither https/, undefined],
    ['https://', /no valid host/, undefined],
    ['https://*', /no name/, undefined],
    ['https://*.', /no valid host/, undefined],
    ['https://a.*.com', /no name/, undefined],
    ['https://*.*.com', /no name/, undefined],
    ['https://*example.com', /no name/, undefined],
    ['https://example.com/', /goes on/, 'https://example.com'],
    ['https://example.com/v1?a#b', /goes on/, 'https://example.com'],
    ['https://example.com\\@evil.example', /goes on/, 'https://example.com'],
    ['https://user:secret@example.com', /user/, undefined],
    ['https://example.com:0', /no valid host/, undefined],
    ['https://example.com:99999', /no valid host/, undefined],
    ['https://example.com:', /no valid host/, undefined],
    ['https://example.com:*', /no valid host/, undefined],
    ['https://Example.com', /otherwise/, 'https://example.com'],
    ['https://*.Example.com:8443', /otherwise/, 'https://*.example.com:8443'],
    ['https://bücher.example', /otherwise/, 'https://xn--bcher-kva.example'],
    ['http://2130706433', /otherwise/, 'http://127.0.0.1'],
    ['http://0x7f.1', /otherwise/, 'http://127.0.0.1'],
    ['http://0177.0.0.1:8080', /otherwise/, 'http://127.0.0.1:8080'],
    ['http://[::ffff:127.0.0.1]', /otherwise/, 'http://[::ffff:7f00:1]'],
    ['http://[0:0::1]', /otherwise/, 'http://[::1]'],
    ['http://*.127.0.0.1', /wildcard/, 'http://127.0.0.1'],
    ['http://*.[::1]', /wildcard/, 'http://[::1]'],
    ['https://example.com.', /no name/, undefined],
    ['https://a..b', /no name/, undefined],
    ['https://-a.example', /no name/, undefined],
    ['https:// example.com', /no valid host/, undefined],
    ['https://exam\tple.com', /otherwise/, 'https://example.com'],
    [`https://${'a.'.repeat(130)}com`, /no name/, undefined],
  ])('%j', (text, fault, suggestion) => {
    expect(readHttpGrant(text)).toEqual({
      fault: expect.stringMatching(fault) as string,
      ...(suggestion !== undefined && { suggestion }),
    });
  });
});

test('a package that grants what is no origin has a fault there', () => {
  const definition = {
    id: 'orders',
    tenant: 'acme',
    queues: [{ id: 'default' }],
    jobs: [{ event: { id: 'placed', supplierqueue: 'default', runtime: 'price' } }],
    runtimes: [{ id: 'price', moduleref: 'price.wasm' }],
    grants: { price: { http: ['https://api.example.com', 'https://api.example.com/v1'] } },
  };
  expect(packageFaults(definition)).toEqual([
    {
      path: '/grants/price/http/1',
      message: 'goes on after host and port',
      value: '"https://api.example.com/v1"',
      allowed: 'an origin: https://api.example.com, https://*.example.com or http://10.0.0.5:8080',
      suggestion: 'https://api.example.com',
    },
  ]);
});
