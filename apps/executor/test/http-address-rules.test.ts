import { describe, expect, test } from 'vitest';
import { createAddressRules } from '../src/host/http/address-rules.ts';

const rules = createAddressRules();
const isPublic = (address: string) => rules.isPublic(address);
const isLoopback = (address: string) => rules.isLoopback(address);

describe('an address that jobs may reach', () => {
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
    '2a00:1450:4001:82b::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:808:808::1',
  ])('%s', (address) => expect(isPublic(address)).toBe(true));
});

describe('an address that jobs may not reach', () => {
  test.each([
    ['this network', ['0.0.0.0', '0.1.2.3']],
    ['private', ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255']],
    ["a carrier's inside", ['100.64.0.1', '100.100.100.200', '100.127.255.255']],
    ['loopback', ['127.0.0.1', '127.255.255.254']],
    ['link-local, where metadata is served', ['169.254.0.1', '169.254.169.254', '169.254.170.2']],
    ['protocols', ['192.0.0.1', '192.0.0.192', '192.88.99.1', '198.18.0.1', '198.19.255.255']],
    ['documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1']],
    ['multicast, reserved, broadcast', ['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255']],
    ['metadata that looks public', ['168.63.129.16']],
    ['IPv6: none, loopback, IPv4-compatible', ['::', '::1', '::7f00:1', '::127.0.0.1', '::8.8.8.8']],
    ['IPv6: unique local', ['fc00::1', 'fd00:ec2::254', 'fdff::1']],
    ['IPv6: link-local, site-local', ['fe80::1', 'febf::1', 'fec0::1', 'fe80::1%eth0', '2606:4700::1%eth0']],
    ['IPv6: multicast, discard, unassigned', ['ff02::1', '100::1', '4000::1', '5f00::1', '8000::1', 'e000::1']],
    ['IPv6: Teredo, benchmarks', ['2001::1', '2001:0:a9fe:a9fe::1', '2001:2::1', '2001:10::1']],
    ['IPv4-mapped', ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:a9fe:a9fe', '0:0:0:0:0:FFFF:10.0.0.1']],
    ['IPv4-translated', ['::ffff:0:127.0.0.1']],
    ['NAT64', ['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::808:808']],
    ['6to4', ['2002:7f00:1::1', '2002:a9fe:a9fe::', '2002:c0a8:1::1']],
    ['no address', ['', 'localhost', '1.2.3', '2130706433', '0x7f.0.0.1', '127.0.0.1:80', '[::1]', '1.1.1.1 ']],
  ])('%s', (_what, addresses) => {
    expect(addresses.filter((address) => isPublic(address))).toEqual([]);
  });
});

test('only the machine itself is loopback', () => {
  const loopback = ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'];
  const others = ['10.0.0.1', '0.0.0.0', '::', '128.0.0.1', 'localhost', ''];
  expect([...loopback, ...others].filter((address) => isLoopback(address))).toEqual(loopback);
});
