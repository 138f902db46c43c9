import type { HostAnswer, HostRequest } from '@jobico/component';
import { LIMITS } from '@jobico/contract';
import type { CallContext } from '../host-services.ts';
import { createAddressRules } from './address-rules.ts';
import { checkRequest } from './check-request.ts';
import { exchange } from './exchange.ts';
import { meaningOf, refusal } from './refusal.ts';
import { createResolve, type Resolve } from './resolve.ts';
import { createShares } from './shares.ts';
import { addressesOf, isGranted } from './targets.ts';
import { within } from './time-limit.ts';

export type SendRequest = Extract<HostRequest, { kind: 'http.send' }>;

/** Answers a job's call of `http`. */
export type CallHttp = (request: SendRequest, context: CallContext) => Promise<HostAnswer>;

export interface HttpOptions {
  /** Default: the machine's DNS servers. */
  resolve?: Resolve;
  /** Whether a package may grant itself addresses that are not public, by naming them. Default true. */
  isPrivateGrantable?: boolean;
}

const TENANT_SHARE = { calls: LIMITS.httpTenantCalls, bytes: LIMITS.httpTenantBytes } as const;

/**
 * Makes what answers calls of `http`: requests to origins that the package grants, at addresses that are public or that a
 * grant itself names. A response with any status is handed to the job as it came; a redirect is one of them, so nothing is
 * ever sent to a place that was not checked.
 */
export function createCallHttp({ resolve = createResolve(), isPrivateGrantable = true }: HttpOptions): CallHttp {
  const shares = createShares(TENANT_SHARE);
  const target = { resolve, rules: createAddressRules(), isPrivateGrantable };

  const respond: CallHttp = async ({ args }, { attempt, deadlineMs, signal: ended }) => {
    const request = checkRequest(args);
    if (!isGranted(request.url, attempt.declared.job.grant.http ?? [])) {
      throw refusal('denied', `${request.url.origin} is not granted`);
    }
    const share = shares.take(attempt.event.tenant);
    try {
      const limitMs = Math.min(args.timeoutMs ?? LIMITS.httpTimeMs, deadlineMs - performance.now(), LIMITS.httpTimeMs);
      const value = await within(limitMs, ended, async (signal) => {
        const addresses = await addressesOf(request.url, signal, target);
        signal.throwIfAborted();
        return await exchange(request, addresses, signal, share);
      });
      return { ok: true, value };
    } finally {
      share.release();
    }
  };

  return async (request, context) => {
    try {
      return await respond(request, context);
    } catch (error) {
      return { ok: false, error: meaningOf(error) };
    }
  };
}
