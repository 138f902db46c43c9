import type { NatsConnection } from '@nats-io/transport-node';
import type { Child } from '../../child.ts';
import type { BoundName } from '../subject.ts';

export type FrontName = BoundName | 'jobico';

/** Something that takes orders over HTTP and stores them, with nobody who works them off. */
export interface Front extends AsyncDisposable {
  name: FrontName;
  /** Takes `POST {"data":[…orders…]}` and answers 202 once they are stored. */
  url: string;
  /** That requests must bring. */
  token?: string;
  /** To its nats-server; of the measuring process. */
  nc: NatsConnection;
  /** The stream that gets one message for each order, and nothing else. */
  stream: string;
  /** The process that answers. */
  process: Child<unknown>;
  natsPid: number;
}
