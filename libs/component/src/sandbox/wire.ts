/**
 * What the supervisor and a sandbox say to each other: arrays that start with one of these. Numbers and tuples, not
 * objects with names, because there is one for every event.
 */
export const TO_SANDBOX = { load: 0, unload: 1, run: 2, answer: 3, recall: 4 } as const;
export const FROM_SANDBOX = {
  ready: 0,
  loaded: 1,
  notLoaded: 2,
  entered: 3,
  call: 4,
  done: 5,
  several: 6,
  logged: 7,
} as const;

/** The pipe on which they speak; 0 is closed, 1 and 2 are the sandbox's own output. */
export const CHANNEL_FD = 3;
/** The file of progress.ts. */
export const PROGRESS_FD = 4;

/** How an execution ended, by its number on the wire. Declared by the job: the first three. */
export const STATUSES = ['ok', 'retry', 'permanent', 'trap', 'skipped'] as const;
export type SandboxStatus = (typeof STATUSES)[number];

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** One event on its way in. */
export type EventTuple = [
  n: number,
  lane: number,
  component: number,
  id: string,
  tenant: string,
  name: string,
  key: string | null,
  time: string,
  attempt: number,
  data: string,
];

export type RunMessage = [typeof TO_SANDBOX.run, forgottenLanes: number[], ...events: EventTuple[]];

/** Followed by the source, the core modules and the source map as bytes. */
export type LoadMessage = [
  typeof TO_SANDBOX.load,
  component: number,
  mode: 'sync' | 'jspi',
  sourceLength: number,
  modules: [name: string, length: number][],
  config: [name: string, value: string | { readonly absent: string }][],
  limits: ComponentLimits,
  fresh: boolean,
  sourceMapLength: number,
];

export type UnloadMessage = [typeof TO_SANDBOX.unload, component: number];

/** A value (its bytes follow the message) or the `error` of the call's result. */
export type AnswerMessage = [typeof TO_SANDBOX.answer, callId: number, isOk: boolean, value: unknown];

/** What has not started of these lanes is skipped. */
export type RecallMessage = [typeof TO_SANDBOX.recall, ...lanes: number[]];

export type MessageToSandbox = LoadMessage | UnloadMessage | RunMessage | AnswerMessage | RecallMessage;

export type LogTuple = [time: number, level: number, message: string];

/** `text` is the result of `ok` and the message of everything else; null for none. */
export type DoneMessage = [
  typeof FROM_SANDBOX.done,
  n: number,
  status: number,
  text: string | null,
  logs: LogTuple[],
  linesCut: number,
  startedAt: number,
  durationMs: number,
  memoryBytes: number,
];

/** The next lines of an execution that has run for a while; its outcome has them again. */
export type LoggedMessage = [typeof FROM_SANDBOX.logged, n: number, lines: LogTuple[]];

export type CallMessage = [typeof FROM_SANDBOX.call, n: number, callId: number, kind: string, args: unknown[]];

/** What a sandbox says; `[several, …messages]`, none of which has bytes, says all of them in one frame. */
export type MessageFromSandbox =
  | [typeof FROM_SANDBOX.ready]
  | [typeof FROM_SANDBOX.loaded, component: number, memoryBytes: number]
  | [typeof FROM_SANDBOX.notLoaded, component: number, message: string]
  | [typeof FROM_SANDBOX.entered, n: number]
  | DoneMessage
  | CallMessage
  | LoggedMessage;

/** What one component may use in a sandbox. */
export interface ComponentLimits {
  /** UTF-8 bytes of one execution's log lines together. */
  readonly logBytes: number;
  readonly logLines: number;
  /** UTF-8 bytes of a result. */
  readonly resultBytes: number;
  /** Instances at once, and so executions at once, in mode `jspi`. */
  readonly instances: number;
  /** Events after which an instance is replaced. */
  readonly eventsPerInstance: number;
  /** Bytes by which an instance's memory may grow before it is replaced. */
  readonly growthBytes: number;
}

/** Messages of failures are cut to this many UTF-16 units. */
export const MAX_MESSAGE_LENGTH = 4096;
/** Host calls that one execution may have under way, and all of a sandbox together. */
export const MAX_CALLS_UNDER_WAY = 16;
export const MAX_CALLS_OF_SANDBOX = 1024;
/** An execution's lines are told while it runs only from then on, in milliseconds; most have ended long before. */
export const LIVE_AFTER_MS = 250;
/** And then no more often than this. */
export const LIVE_EVERY_MS = 100;
