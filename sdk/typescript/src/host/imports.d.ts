// The host's interfaces as a component's engine gives them: what jco makes of wit/job.wit for a guest, but that
// componentize-qjs gives and takes `null` for an absent option. A test compares the two.
declare module 'jobico:job/config@0.1.0' {
  export function get(name: string): string | null;
}

declare module 'jobico:job/http@0.1.0' {
  export function send(request: Request): Response;
  export interface Request {
    method: string;
    url: string;
    headers: Array<[string, string]>;
    body?: Uint8Array | null;
    timeoutMs?: number | null;
  }
  export interface Response {
    status: number;
    headers: Array<[string, string]>;
    body: Uint8Array;
  }
  export type Error = ErrorDenied | ErrorInvalid | ErrorTimeout | ErrorTooLarge | ErrorFailed;
  export interface ErrorDenied {
    tag: 'denied';
    val: string;
  }
  export interface ErrorInvalid {
    tag: 'invalid';
    val: string;
  }
  export interface ErrorTimeout {
    tag: 'timeout';
  }
  export interface ErrorTooLarge {
    tag: 'too-large';
  }
  export interface ErrorFailed {
    tag: 'failed';
    val: string;
  }
}

declare module 'jobico:job/kv@0.1.0' {
  export function get(bucket: string, key: string): Entry | null;
  export function set(bucket: string, key: string, value: Uint8Array, when: Condition): string;
  export { _delete as delete };
  function _delete(bucket: string, key: string): void;
  export function keys(bucket: string, prefix: string): Array<string>;
  export type Error = ErrorDenied | ErrorTooLarge | ErrorConflict | ErrorUnavailable;
  export interface ErrorDenied {
    tag: 'denied';
    val: string;
  }
  export interface ErrorTooLarge {
    tag: 'too-large';
    val: string;
  }
  export interface ErrorConflict {
    tag: 'conflict';
    val: string | null;
  }
  export interface ErrorUnavailable {
    tag: 'unavailable';
    val: string;
  }
  export interface Entry {
    value: Uint8Array;
    revision: string;
  }
  export type Condition = ConditionAlways | ConditionIfAbsent | ConditionIfRevision;
  export interface ConditionAlways {
    tag: 'always';
  }
  export interface ConditionIfAbsent {
    tag: 'if-absent';
  }
  export interface ConditionIfRevision {
    tag: 'if-revision';
    val: string;
  }
}

declare module 'jobico:job/log@0.1.0' {
  export function write(level: Level, message: string): void;
  export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
}

declare module 'jobico:job/outbox@0.1.0' {
  export function emit(event: string, data: string, key: string | null): void;
  export type Error = ErrorDenied | ErrorInvalid | ErrorTooLarge;
  export interface ErrorDenied {
    tag: 'denied';
    val: string;
  }
  export interface ErrorInvalid {
    tag: 'invalid';
    val: string;
  }
  export interface ErrorTooLarge {
    tag: 'too-large';
    val: string;
  }
}
