import type { Pool } from 'undici';
import { orderAt } from '../order/order.ts';

/** The body of a request with `count` orders, beginning with order `from`. */
export function bodyOf(from: number, count: number): Buffer {
  const data = Array.from({ length: count }, (_, index) => orderAt(from + index));
  return Buffer.from(JSON.stringify({ data }));
}

const JSON_HEADERS = { 'content-type': 'application/json' };

export const headersOf = (token: string | undefined): Record<string, string> =>
  token === undefined ? JSON_HEADERS : { ...JSON_HEADERS, authorization: `Bearer ${token}` };

/** Resolves when the subject has said that it has stored the orders; rejects for any other answer. */
export function post(pool: Pool, path: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let refusal = '';
    const request = { path, method: 'POST', headers: JSON_HEADERS, body } as const;
    pool.dispatch(request, {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        if (status !== 202) refusal += chunk.toString();
      },
      onResponseEnd: () => {
        if (status === 202) resolve();
        else reject(new Error(`POST ${path} was answered ${status}: ${refusal.slice(0, 500)}`));
      },
      onResponseError: (_controller, error) => reject(error),
    });
  });
}

/** A clock that other processes of this machine share, finer than `Date.now`. */
export const nowMs = () => performance.timeOrigin + performance.now();
