import { requestOf } from '@jobico/client';
import { parseExactJson, type OperationName } from '@jobico/contract';

/** What the control plane answers to an operation over HTTP, a problem too; numbers keep their digits. */
export async function overHttp({ url }: { url: string }, name: OperationName, input: object): Promise<unknown> {
  const { method, target, body } = requestOf(name, input as never);
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(new URL(target, url), { method, headers, ...(body !== undefined && { body }) });
  return parseExactJson(await response.text(), Infinity);
}
