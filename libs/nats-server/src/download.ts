import type { IncomingMessage } from 'node:http';
import { Agent as HttpAgent, get as httpGet } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet } from 'node:https';

const MAXIMUM_REDIRECTS = 5;

export interface DownloadOptions {
  /** Read for `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. */
  env: NodeJS.ProcessEnv;
  /** A body larger than this is refused, in bytes. */
  maximumBytes: number;
  /** Time for a connection and the head of an answer. */
  connectMs: number;
  /** Longest silence in the middle of a body. */
  stallMs: number;
  signal?: AbortSignal | undefined;
}

/** A body as it arrives. Every way in which a transfer goes wrong ends the iteration with an error that says so. */
export async function* download(
  url: URL,
  options: DownloadOptions,
): AsyncGenerator<{ chunk: Buffer; totalBytes: number | undefined }> {
  const response = await open(url, options, MAXIMUM_REDIRECTS);
  const totalBytes = lengthOf(response);
  let received = 0;
  const stalled = setTimeout(() => {
    response.destroy(new Error(`stalled: no data for ${seconds(options.stallMs)} after ${received} bytes`));
  }, options.stallMs);
  try {
    if (totalBytes !== undefined) checkSize(totalBytes, options.maximumBytes);
    for await (const chunk of response as AsyncIterable<Buffer>) {
      stalled.refresh();
      received += chunk.length;
      checkSize(received, options.maximumBytes);
      yield { chunk, totalBytes };
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    // Node's own word for a connection that closed early is "aborted", which tells a reader nothing.
    const isCut = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    throw isCut ? new Error(`cut off after ${received} of ${totalBytes ?? 'unknown'} bytes`, { cause: error }) : error;
  } finally {
    clearTimeout(stalled);
    response.destroy();
  }
}

/** A small text file, whole. */
export async function downloadText(url: URL, options: DownloadOptions): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const { chunk } of download(url, options)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function open(url: URL, options: DownloadOptions, redirectsLeft: number): Promise<IncomingMessage> {
  const response = await request(url, options);
  const { statusCode = 0, headers } = response;
  if (statusCode === 200) return response;
  response.destroy();
  if (statusCode < 300 || statusCode > 399 || headers.location === undefined) {
    throw new Error(`${url.host} answered ${statusCode} for ${url.pathname}`);
  }
  if (redirectsLeft === 0) throw new Error(`more than ${MAXIMUM_REDIRECTS} redirects`);
  const next = new URL(headers.location, url);
  if (url.protocol === 'https:' && next.protocol !== 'https:') throw new Error(`redirected to insecure ${next.origin}`);
  return open(next, options, redirectsLeft - 1);
}

async function request(url: URL, options: DownloadOptions): Promise<IncomingMessage> {
  const { env, connectMs, signal } = options;
  const agent = url.protocol === 'https:' ? new HttpsAgent({ proxyEnv: env }) : new HttpAgent({ proxyEnv: env });
  const get = url.protocol === 'https:' ? httpsGet : httpGet;
  const settings = { agent, headers: { 'user-agent': 'jobico' }, ...(signal && { signal }) };
  return new Promise((resolve, reject) => {
    const sent = get(url, settings, resolve);
    const late = setTimeout(() => {
      sent.destroy(new Error(`${url.host} did not answer within ${seconds(connectMs)}`));
    }, connectMs);
    sent.once('response', () => clearTimeout(late));
    sent.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late);
      // A refused connection to several addresses is an AggregateError without a message.
      reject(new Error(error.message || `${url.host} could not be reached (${error.code})`, { cause: error }));
    });
  });
}

function lengthOf(response: IncomingMessage): number | undefined {
  const length = Number(response.headers['content-length']);
  return Number.isSafeInteger(length) ? length : undefined;
}

function checkSize(bytes: number, maximumBytes: number): void {
  if (bytes > maximumBytes) throw new Error(`larger than the ${maximumBytes} bytes allowed`);
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
