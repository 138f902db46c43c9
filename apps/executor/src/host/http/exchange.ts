import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import type { HttpResponse } from '@jobico/component';
import { LIMITS } from '@jobico/contract';
import { readBody } from './body.ts';
import type { CheckedRequest } from './check-request.ts';
import { refusal } from './refusal.ts';
import type { Share } from './shares.ts';
import { hostOf } from './targets.ts';

/** Of one request. Of several addresses each has a second before the next is tried. */
const CONNECTION = { keepAlive: false, autoSelectFamilyAttemptTimeout: 1000 } as const;

/**
 * Sends one request over a connection of its own to the addresses given, and reads the whole response as it is on the
 * wire. No redirect is followed, nothing is decompressed, no proxy of the environment is used; and no connection outlives
 * its request, so none is ever another tenant's.
 */
export async function exchange(
  request: CheckedRequest,
  addresses: readonly string[],
  signal: AbortSignal,
  share: Share,
): Promise<HttpResponse> {
  const outgoing = open(request, addresses, signal);
  try {
    const response = await send(outgoing, request.body);
    const body = await readBody(response, LIMITS.httpBodyBytes, share);
    return { status: response.statusCode ?? 0, headers: pairsOf(response.rawHeaders), body };
  } finally {
    outgoing.destroy();
  }
}

function open({ method, url, headers, body }: CheckedRequest, addresses: readonly string[], signal: AbortSignal) {
  const host = hostOf(url);
  const options: https.RequestOptions = {
    method,
    host,
    port: url.port,
    path: url.pathname + url.search,
    lookup: pinned(addresses),
    signal,
    maxHeaderSize: LIMITS.httpHeaderBytes,
    setHost: false,
  };
  const isSecure = url.protocol === 'https:';
  const outgoing = isSecure
    ? https.request({
        ...options,
        agent: new https.Agent(CONNECTION),
        servername: isIP(host) ? '' : host,
        rejectUnauthorized: true,
      })
    : http.request({ ...options, agent: new http.Agent(CONNECTION) });
  outgoing.setHeader('host', url.host);
  for (const [name, value] of headers) outgoing.appendHeader(name, value);
  if (!outgoing.hasHeader('accept-encoding')) outgoing.setHeader('accept-encoding', 'identity');
  // Left to Node, the body of a GET has no length, and to the server is the next request.
  if (body) outgoing.setHeader('content-length', body.length);
  return outgoing;
}

/** The only look-up of a connection: it gives what has been checked. */
function pinned(addresses: readonly string[]): LookupFunction {
  const entries = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, { all }, callback) => {
    const [first] = entries;
    if (all || !first) callback(null, entries);
    else callback(null, first.address, first.family);
  };
}

function send(outgoing: http.ClientRequest, body: Uint8Array | undefined): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    // It stays: what breaks after this is told by the response too, and must not go unheard here.
    outgoing.on('error', reject);
    // A server that changes the protocol unasked gives neither.
    outgoing.once('close', () => reject(refusal('failed', 'the server gave no answer')));
    outgoing.end(body);
  });
}

function pairsOf(raw: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return pairs;
}
