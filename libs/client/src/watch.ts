import {
  JobicoError,
  parseExactJson,
  type OperationInput,
  type OperationOutput,
  type StreamName,
} from '@jobico/contract';
import { exchange, unreachable, type ClientOptions } from './exchange.ts';
import { readServerSentEvents } from './server-sent-events.ts';

/** The server sends a comment every 15 s: a connection silent for longer than this is dead. */
const SILENCE_MS = 45_000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;

interface Place {
  /** Id of the last event received, '' before the first. */
  last: string;
}

/**
 * Items of a stream as they come, until `signal` aborts; after a lost connection from the event after the last one
 * received. Throws only if the first connection fails, or if the server refuses the request.
 */
export async function* watch<N extends StreamName>(
  options: ClientOptions,
  name: N,
  input: OperationInput<N>,
  signal: AbortSignal,
  onConnected: () => void = () => undefined,
): AsyncGenerator<OperationOutput<N>, void> {
  const place: Place = { last: '' };
  let wasConnected = false;
  let delayMs = FIRST_DELAY_MS;
  while (!signal.aborted) {
    try {
      for await (const item of connection(options, name, input, signal, place)) {
        if (item !== CONNECTED) yield item.value;
        else if (!wasConnected) {
          wasConnected = true;
          onConnected();
        }
        delayMs = FIRST_DELAY_MS;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!wasConnected || !(error instanceof JobicoError) || !error.isRetryable) throw error;
    }
    await pause(delayMs, signal);
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
  }
}

const CONNECTED = Symbol('connected');

async function* connection<N extends StreamName>(
  options: ClientOptions,
  name: N,
  input: OperationInput<N>,
  signal: AbortSignal,
  place: Place,
): AsyncGenerator<typeof CONNECTED | { value: OperationOutput<N> }, void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    const response = await exchange(options, name, input, {
      signal: AbortSignal.any([signal, silence.signal]),
      headers: { accept: 'text/event-stream', ...(place.last !== '' && { 'last-event-id': place.last }) },
    });
    yield CONNECTED;
    for await (const { id, data } of readServerSentEvents(noting(response.body, heard))) {
      place.last = id;
      yield { value: parseExactJson(data, Infinity) as OperationOutput<N> };
    }
  } catch (error) {
    throw error instanceof JobicoError ? error : unreachable(options.url, error);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

async function* noting(body: Response['body'], heard: () => void): AsyncGenerator<Uint8Array> {
  if (!body) return;
  for await (const chunk of body) {
    heard();
    yield chunk;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
