import type { Caller, OperationInput, OperationName, OperationOutput, StreamName } from '@jobico/contract';

/** The operations that answer once. */
export type CallName = Exclude<OperationName, StreamName>;

/** What a handler may know of a call beyond its input. */
export interface Call {
  caller: Caller;
  /** The JSON that the request's body was, for what must keep its digits; undefined where there was none. */
  text?: string | undefined;
}

/** One handler for each operation, whatever transport it is called by. */
export type Handlers = {
  [N in CallName]: (input: OperationInput<N>, call: Call) => Promise<OperationOutput<N>>;
};

/** An item of a stream, and where it stands in it: a client goes on after the last sequence that it has. */
export interface StreamItem<T> {
  sequence: number;
  item: T;
}

export interface StreamOptions {
  signal: AbortSignal;
  /** Only what comes after it; left out: only what is new. */
  afterSequence?: number | undefined;
}

/** One handler for each stream. It resolves once its place is fixed: nothing that comes after that is missed. */
export type Streams = {
  [N in StreamName]: (
    input: OperationInput<N>,
    options: StreamOptions,
  ) => Promise<AsyncIterable<StreamItem<OperationOutput<N>>>>;
};
