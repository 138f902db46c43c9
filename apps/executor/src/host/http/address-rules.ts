import { BlockList, isIP } from 'node:net';

/** What may be said of an IP address, in any of its forms. */
export interface AddressRules {
  /** Out on the internet: nothing private, local, reserved, or of a cloud's inside. False for what is no address. */
  isPublic(address: string): boolean;
  isLoopback(address: string): boolean;
}

/** IANA's special-purpose registry; what of it is globally reachable serves no HTTP. */
const FORBIDDEN_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Looks public, and is the metadata address of every machine at Azure.
  ['168.63.129.16', 32],
] as const;

const FORBIDDEN_V6 = [
  // Everything but 2000::/3, of which alone public addresses are given: ::, ::1, fc00::/7, fe80::/10, ff00::/8 and so on.
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  // Protocols (Teredo too, which carries an IPv4 address), and documentation.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
] as const;

export function createAddressRules(): AddressRules {
  // Two lists: to one that has both, every IPv4 address is in ::/3, as ::ffff:a.b.c.d.
  const forbidden = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const [net, prefix] of FORBIDDEN_V4) forbidden.ipv4.addSubnet(net, prefix, 'ipv4');
  for (const [net, prefix] of FORBIDDEN_V6) forbidden.ipv6.addSubnet(net, prefix, 'ipv6');
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return {
    isPublic: (address) => {
      const plain = unwrapped(address);
      return plain !== undefined && !forbidden[familyOf(plain)].check(plain, familyOf(plain));
    },
    isLoopback: (address) => isIP(address) !== 0 && loopback.check(address, familyOf(address)),
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** The IPv4 address that an IPv6 one leads to, else the address itself; undefined for what is none, or has a zone. */
function unwrapped(address: string): string | undefined {
  if (isIP(address) === 0 || address.includes('%')) return undefined;
  if (isIP(address) === 4) return address;
  const groups = groupsOf(address);
  const starts = (...prefix: number[]): boolean => prefix.every((group, i) => groups[i] === group);
  const v4 = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const isMapped = starts(0, 0, 0, 0, 0, 0xffff);
  const isNat64 = starts(0x64, 0xff9b, 0, 0, 0, 0);
  if (isMapped || isNat64) return v4(groups[6], groups[7]);
  const is6to4 = starts(0x2002);
  return is6to4 ? v4(groups[1], groups[2]) : address;
}

/** The eight numbers of an IPv6 address. A URL brings all its forms to one: hexadecimal, with at most one `::`. */
function groupsOf(address: string): number[] {
  const [left = '', right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = left ? left.split(':') : [];
  const after = right ? right.split(':') : [];
  const zeros = right === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(zeros).fill('0'), ...after].map((group) => Number.parseInt(group, 16));
}
