import { HostError, type HostErrorCode } from '../errors.ts';

/**
 * Calls a function of the host; what the host refuses is thrown as a {@link HostError} that says what was asked. Takes
 * the arguments apart, for each closure less makes a component a kilobyte smaller.
 */
export function callHost<A extends unknown[], T>(what: string, call: (...args: A) => T, ...args: A): T {
  try {
    return call(...args);
  } catch (error) {
    const { payload } = error as { payload?: { tag: HostErrorCode; val?: string | null } };
    throw payload?.tag === undefined ? error : new HostError(payload.tag, what, payload.val ?? undefined);
  }
}
