import type { OperationInput, OperationName, OperationOutput, StreamName } from '@jobico/contract';
import { JobicoError, parseExactJson } from '@jobico/contract';
import { exchange, type ClientOptions } from './exchange.ts';
import { watch } from './watch.ts';

/** The operations that answer once. */
export type CallName = Exclude<OperationName, StreamName>;

/** The control plane's operations, typed by their table. */
export interface Client {
  readonly url: string;
  /** Runs an operation; throws the JobicoError that the platform answered, or `unavailable` where none did. */
  call<N extends CallName>(
    name: N,
    input: OperationInput<N>,
    options?: { signal?: AbortSignal },
  ): Promise<OperationOutput<N>>;
  /**
   * Items of a stream as they come, across lost connections, until `signal` aborts. Nothing that happens after
   * `onConnected` was called is missed. Throws if the first connection fails, or if the server refuses the request.
   */
  watch<N extends StreamName>(
    name: N,
    input: OperationInput<N>,
    signal: AbortSignal,
    onConnected?: () => void,
  ): AsyncIterable<OperationOutput<N>>;
}

export function createClient(options: ClientOptions): Client {
  assertUrl(options.url);
  return {
    url: options.url,
    call: async (name, input, { signal } = {}) => {
      const response = await exchange(options, name, input, { signal });
      // What a job or a producer wrote keeps its digits when it is shown.
      return parseExactJson(await response.text(), Infinity) as OperationOutput<typeof name>;
    },
    watch: (name, input, signal, onConnected) => watch(options, name, input, signal, onConnected),
  };
}

function assertUrl(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new JobicoError('usage', `not the URL of a control plane: ${url}`, {
    hint: 'It looks like http://127.0.0.1:8090.',
  });
}
