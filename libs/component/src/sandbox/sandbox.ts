import type { HostRequest, HttpResponse } from './calls.ts';
import type { LogLine } from './incoming.ts';
import type { ComponentLimits, SandboxStatus } from './wire.ts';

/** An event as the job's `handle` gets it: the record of the WIT. */
export interface JobEvent {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly key?: string | undefined;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** 1 on the first delivery. */
  readonly attempt: number;
  /** JSON text. */
  readonly data: string;
}

/** A component to be loaded, and what each of its executions may use. */
export interface LoadedComponent {
  /** Names it in this sandbox: the version of a job, as a rule. */
  readonly key: string;
  /** What `inspectComponent` gave. */
  readonly artifact: Uint8Array;
  /** `sync` is faster; a component so loaded is denied `kv`, `http` and `outbox`. */
  readonly mode: 'sync' | 'jspi';
  /** What `config.get` answers; whoever asks for what is `absent` traps, with the reason that is given here. */
  readonly config: Readonly<Record<string, string | { readonly absent: string }>>;
  /** Left out: see DEFAULT_LIMITS. */
  readonly limits?: Partial<ComponentLimits>;
  /** Each event in a new instance. Default false. */
  readonly fresh?: boolean;
}

/** One event on its way into a sandbox. */
export interface Dispatch {
  /** Names it in this sandbox; in use from here to its outcome. */
  readonly n: number;
  /** Events of one lane run one after the other, in this order. After anything but `ok`, the rest of it is skipped. */
  readonly lane: number;
  /** Of a loaded component. */
  readonly key: string;
  readonly event: JobEvent;
}

/** How an execution ended. */
export interface SandboxOutcome {
  readonly n: number;
  /** `ok`, `retry` and `permanent` are the job's word; `trap` is what befell it; `skipped` did not run. */
  readonly status: SandboxStatus;
  /** JSON text, of an `ok` that has one. */
  readonly result?: string;
  /** Why, of `retry`, `permanent` and `trap`; at most 4,096 UTF-16 units. */
  readonly message?: string;
  /** At most `logLines`, and one more that tells how many were cut. */
  readonly logs: readonly LogLine[];
  readonly logsCut?: boolean;
  /** Milliseconds since 1970, never before the dispatch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Of the instance, after the event. */
  readonly memoryBytes: number;
}

/** What a job asks for while it is suspended. Shapes and sizes are checked; grants are the supervisor's matter. */
export type HostCall = { readonly n: number; readonly callId: number } & HostRequest;

/** The value of the call's result (nothing for `none` and for no value), or its error as the WIT names it. */
export type HostAnswer =
  | { readonly ok: true; readonly value?: KvEntry | HttpResponse | readonly string[] | string | undefined }
  | { readonly ok: false; readonly error: { readonly tag: string; readonly val?: string | undefined } };

export interface KvEntry {
  readonly value: Uint8Array;
  readonly revision: string;
}

/** Why a sandbox ended, and what it took along. */
export interface SandboxExit {
  /** `killed` by `kill()`, for a `violation` of the protocol, out of `memory`, or `crashed`. */
  readonly reason: 'killed' | 'violation' | 'memory' | 'crashed';
  /** For the log; parts of it may be a tenant's words. */
  readonly message: string;
  /** Events without an outcome: they ran in part, or not at all. */
  readonly lost: readonly number[];
  /** The event in whose code it ended: for `memory` and `crashed` the one to blame. */
  readonly culprit: number | undefined;
}

export interface SandboxOptions {
  /** Bytes to which each memory of a component may grow. Default 128 MiB. */
  readonly maxMemoryBytes?: number;
  /** Bytes of JavaScript heap of the process. Default 256 MiB. */
  readonly maxHeapBytes?: number;
  /** Time for the process to start. Default 10 s. */
  readonly startTimeoutMs?: number;
  readonly onOutcome: (outcomes: SandboxOutcome[]) => void;
  readonly onHostCall: (call: HostCall) => Promise<HostAnswer>;
  /** The next lines of an event that runs for longer than 250 ms; its outcome has them again. */
  readonly onLogged?: (n: number, lines: readonly LogLine[]) => void;
  readonly onExit?: (exit: SandboxExit) => void;
}

/**
 * A process in which one tenant's jobs run. idle → busy (events in it) → idle … → dead.
 * Deadlines are not its matter: who dispatches kills.
 */
export interface Sandbox {
  readonly pid: number;
  readonly state: 'idle' | 'busy' | 'dead';
  /**
   * Loads a component and makes a first instance of it. Throws `component-refused` for one that does not start,
   * `unavailable` when the sandbox ends before. A component can hang here: kill the sandbox.
   */
  load(component: LoadedComponent): Promise<void>;
  /** Forgets a component; its events that are in the sandbox still run. */
  unload(key: string): void;
  /** Hands events in, in order. Throws for an `n` in use, an unknown key, a dead sandbox; nothing is sent then. */
  dispatch(batch: readonly Dispatch[]): void;
  /** What has not started of these lanes will be skipped; hand nothing more in under their numbers. */
  recall(lanes: readonly number[]): void;
  /** Events that were started and have no outcome, and since when (`performance.now()`). */
  running(): readonly { readonly n: number; readonly since: number }[];
  /**
   * The event to blame when `n` overruns: the one whose code the sandbox cannot leave, else `n` itself. Guests take
   * turns on one thread, so one that never returns makes all others overrun with it.
   */
  culprit(n: number): number;
  /** Ends it at once, whatever it does. Nothing comes from it after this. */
  kill(): void;
  readonly exited: Promise<SandboxExit>;
}
