import type { HostAnswer, HostCall, HostRequest } from '@jobico/component';
import { LIMITS, parseExactJson, type GrantDefinition, type Validator } from '@jobico/contract';
import { callKv, checkRequest, isGranted, meaningOf, refusal } from '@jobico/executor/host';
import type { HttpMocks } from './http-mocks.ts';
import type { MemoryKv } from './memory-kv.ts';

/** An event that a job raised. */
export interface RaisedEvent {
  event: string;
  key?: string;
  data: unknown;
}

export interface LocalHostOptions {
  grant: GrantDefinition;
  kv: MemoryKv;
  http: HttpMocks;
  /** What the package's events must fit, by id; undefined where no package says which events there are. */
  schemas: ReadonlyMap<string, Validator | undefined> | undefined;
}

/** Answers a job's calls as an executor does, with buckets in memory and mocks in place of HTTP. */
export type AnswerCall = (call: HostCall | HostRequest, raised: RaisedEvent[]) => Promise<HostAnswer>;

export function createLocalHost(options: LocalHostOptions): AnswerCall {
  return async (call, raised) => {
    switch (call.kind) {
      case 'kv.get':
      case 'kv.set':
      case 'kv.delete':
      case 'kv.keys':
        return await callKv(call, options.grant, () => Promise.resolve(options.kv));
      case 'http.send':
        return answerHttp(call, options);
      case 'outbox.emit':
        return answerEmit(call, options, raised);
    }
  };
}

function answerHttp(
  { args }: Extract<HostRequest, { kind: 'http.send' }>,
  { grant, http }: LocalHostOptions,
): HostAnswer {
  try {
    const { method, url } = checkRequest(args);
    if (!isGranted(url, grant.http ?? [])) throw refusal('denied', `${url.origin} is not granted`);
    return http.answer(method, url.href);
  } catch (error) {
    return { ok: false, error: meaningOf(error) };
  }
}

function answerEmit(
  { args }: Extract<HostRequest, { kind: 'outbox.emit' }>,
  { grant, schemas }: LocalHostOptions,
  raised: RaisedEvent[],
): HostAnswer {
  const { event, data: text, key } = args;
  const refuse = (tag: string, val: string): HostAnswer => ({ ok: false, error: { tag, val } });
  if (!grant.emit?.includes(event)) return refuse('denied', `event ${event} is not granted`);
  if (schemas && !schemas.has(event)) return refuse('denied', `the package declares no event ${event}`);
  if (raised.length >= LIMITS.emittedEvents)
    return refuse('too-large', `one execution raises at most ${LIMITS.emittedEvents} events`);
  let data: unknown;
  try {
    data = parseExactJson(text);
  } catch (error) {
    return refuse('invalid', `not JSON: ${(error as Error).message}`);
  }
  const [fault] = schemas?.get(event)?.(JSON.parse(text)) ?? [];
  if (fault) return refuse('invalid', `${fault.path || '/'} ${fault.message}`);
  raised.push({ event, ...(key !== undefined && { key }), data });
  return { ok: true };
}
