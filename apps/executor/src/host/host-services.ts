import type { HostAnswer, HostCall } from '@jobico/component';
import type { EmittedEvent } from '@jobico/contract';
import { openTenantKv, type Definitions, type Nats, type Schemas, type TenantKv } from '@jobico/messaging';
import type { Attempt } from '../work.ts';
import { createCallHttp, type HttpOptions } from './http/call-http.ts';
import { callKv } from './kv.ts';
import { callOutbox } from './outbox.ts';

/** What a host call may see and change of the attempt that made it. */
export interface CallContext {
  attempt: Attempt;
  /** Events that the attempt has raised so far; they count only if it succeeds. */
  emitted: EmittedEvent[];
  /** Of their data together. */
  emittedBytes: number;
  /** When the attempt's time is over, as `performance.now()` tells it. */
  readonly deadlineMs: number;
  /** Aborts when the attempt has ended, by itself or by force. */
  readonly signal: AbortSignal;
}

/** Answers what a guest asks of the host. The tenant and the grants are those of the attempt, whatever the guest says. */
export interface HostServices {
  call(call: HostCall, context: CallContext): Promise<HostAnswer>;
}

export interface HostDeps {
  nats: Nats;
  definitions: Definitions;
  schemas: Schemas;
  /** Of outgoing requests. */
  http?: HttpOptions;
}

export function createHostServices(deps: HostDeps): HostServices {
  const callHttp = createCallHttp(deps.http ?? {});
  const buckets = new Map<string, Promise<TenantKv>>();
  const kvOf = (tenant: string) => {
    let opened = buckets.get(tenant);
    if (!opened) {
      opened = openTenantKv(deps.nats, tenant);
      buckets.set(tenant, opened);
      opened.catch(() => buckets.delete(tenant));
    }
    return opened;
  };
  // A tenant that is removed takes its bucket with it, and one of the same name may come.
  deps.definitions.onChange(() => {
    for (const tenant of buckets.keys()) if (!deps.definitions.hasTenant(tenant)) buckets.delete(tenant);
  });
  return {
    call(request, context) {
      const { event, declared } = context.attempt;
      switch (request.kind) {
        case 'kv.get':
        case 'kv.set':
        case 'kv.delete':
        case 'kv.keys':
          return callKv(request, declared.job.grant, () => kvOf(event.tenant));
        case 'outbox.emit':
          return callOutbox(request, context, deps);
        case 'http.send':
          return callHttp(request, context);
      }
    },
  };
}
