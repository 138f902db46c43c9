import type { NatsConnection } from '@nats-io/transport-node';

/** What one can do without a platform. */
export const BOUNDS = ['plain', 'joined'] as const;
export type BoundName = (typeof BOUNDS)[number];

/** Jobico, by the queue that is asked. */
export const QUEUES = ['strict', 'keyed'] as const;
export type QueueName = (typeof QUEUES)[number];

export const SUBJECTS = [...BOUNDS, ...QUEUES] as const;
export type SubjectName = (typeof SUBJECTS)[number];

export const isBound = (name: SubjectName): name is BoundName => BOUNDS.some((bound) => bound === name);

/** How the table calls each. */
export const TITLES: Readonly<Record<SubjectName, string>> = {
  plain: 'plain',
  joined: 'joined',
  strict: 'Jobico, strict',
  keyed: 'Jobico, 100 keys',
};

/** What one message of a subject's outcomes says. */
export interface ReadOutcome {
  isOk: boolean;
  /** What the work made of the order, if it is what it should be. */
  receipt: unknown;
}

/** Something that takes orders over HTTP and records an outcome of each in a stream; in processes of its own. */
export interface Subject extends AsyncDisposable {
  name: SubjectName;
  /** Takes `POST {"data":[…orders…]}` and answers 202 once they are stored. */
  url: string;
  /** To its nats-server; of the measuring process. */
  nc: NatsConnection;
  /** The stream that gets one message for each outcome, and nothing else. */
  outcomes: string;
  readOutcome(json: unknown): ReadOutcome;
  /** Everything that takes part in the work, but for the children that these start. */
  processes: readonly { role: string; pid: number }[];
}

export interface StartSubject {
  natsServer: { path: string };
  /** Empties itself when the subject ends. */
  signal: AbortSignal;
  /** Where its processes leave CPU profiles; none without it. */
  profiles?: string | undefined;
}
