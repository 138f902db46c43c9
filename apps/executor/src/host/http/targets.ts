import { isIP } from 'node:net';
import { readHttpGrant } from '@jobico/contract';
import type { AddressRules } from './address-rules.ts';
import { refusal } from './refusal.ts';
import type { Resolve } from './resolve.ts';

/** Whether one of a package's grants is of the origin of a parsed URL. */
export function isGranted(url: URL, grants: readonly string[]): boolean {
  return grants.some((text) => {
    const grant = readHttpGrant(text);
    if ('fault' in grant || url.protocol !== grant.protocol || url.port !== grant.port) return false;
    return grant.isWildcard ? isBelow(url.hostname, grant.host) : url.hostname === grant.host;
  });
}

function isBelow(name: string, parent: string): boolean {
  return (
    name.endsWith(`.${parent}`) &&
    name
      .slice(0, -parent.length - 1)
      .split('.')
      .every(Boolean)
  );
}

/** The host of a URL, an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** How addresses are found and which of them may be connected to. */
export interface TargetRules {
  resolve: Resolve;
  rules: AddressRules;
  /** Whether a grant that names an address, or localhost, opens what is not public. */
  isPrivateGrantable: boolean;
}

/**
 * The addresses to connect to for a granted URL, found once: whoever connects uses these and asks no one again, so that a
 * name cannot mean another address by then. One address that may not be reached refuses them all.
 */
export async function addressesOf(url: URL, signal: AbortSignal, target: TargetRules): Promise<string[]> {
  const { resolve, rules, isPrivateGrantable } = target;
  const host = hostOf(url);
  // A grant names an address only as it stands in the parsed URL: that it is granted means that it is named.
  const isAddress = isIP(host) !== 0;
  const addresses = isAddress ? [host] : await resolve(host, signal);
  if (addresses.length === 0) throw refusal('failed', `${host} does not resolve`);
  const isReachable = (address: string): boolean => {
    if (rules.isPublic(address)) return true;
    return isPrivateGrantable && (isAddress || (host === 'localhost' && rules.isLoopback(address)));
  };
  if (addresses.every(isReachable)) return addresses;
  throw refusal(
    'denied',
    isAddress ? `${host} may not be reached` : `${host} leads to an address that may not be reached`,
  );
}
