import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { createClient } from '@jobico/client';
import { JobicoError, toProblem } from '@jobico/contract';
import { expect, onTestFinished, test } from 'vitest';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as JobicoError,
  );

test('a call answers the output and carries the token', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((incoming, response) => {
    asked.push(incoming.url, incoming.headers.authorization);
    response.setHeader('content-type', 'application/json').end('{"items":[]}');
  });
  const client = createClient({ url, token: 'secret' });
  expect(await client.call('tenant.list', {})).toEqual({ items: [] });
  expect(asked).toEqual(['/v1/tenants', 'Bearer secret']);
});

test('a problem becomes the error it describes, with its faults', async () => {
  const told = new JobicoError('package-invalid', 'the package has a fault', {
    hint: 'Mend it.',
    faults: [{ path: '/jobs', message: 'is missing' }],
  });
  const url = await serve((_, response) => {
    response.statusCode = told.status;
    response.setHeader('content-type', 'application/problem+json').end(JSON.stringify(toProblem(told)));
  });
  const error = await failure(createClient({ url }).call('package.list', { tenant: 'acme' }));
  expect(error).toMatchObject({ code: 'package-invalid', message: told.message, hint: told.hint, faults: told.faults });
});

test('nobody at the address is unavailable, with what to do', async () => {
  const error = await failure(createClient({ url: 'http://127.0.0.1:1' }).call('tenant.list', {}));
  expect(error).toMatchObject({ code: 'unavailable' });
  expect(error?.hint).toContain('jobico up');
});

test('an answer that is not the control plane’s is unavailable', async () => {
  const url = await serve((_, response) => {
    response.statusCode = 404;
    response.end('<html>');
  });
  const error = await failure(createClient({ url }).call('tenant.list', {}));
  expect(error?.code).toBe('unavailable');
  expect(error?.message).toContain('404');
});

test('what is no URL is a usage error before anything is sent', () => {
  expect(() => createClient({ url: 'localhost:8090' })).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
});

test('a watch goes on after a lost connection from the event after the last one it had', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.headers['last-event-id'] as string | undefined);
    response.setHeader('content-type', 'text/event-stream');
    const isFirst = asked.length === 1;
    response.write(`id: ${asked.length}\ndata: {"id":"${asked.length}"}\n\n`, () => isFirst && response.destroy());
  });
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const { id } of createClient({ url }).watch('execution.watch', { tenant: 'acme' }, stop.signal)) {
    seen.push(id);
    if (seen.length === 2) stop.abort();
  }
  expect(seen).toEqual(['1', '2']);
  expect(asked).toEqual([undefined, '1']);
});

test('a watch that never connects fails, a refused one says why', async () => {
  const signal = new AbortController().signal;
  const first = async (url: string) => {
    for await (const item of createClient({ url }).watch('execution.watch', { tenant: 'acme' }, signal)) return item;
    return undefined;
  };
  expect(await failure(first('http://127.0.0.1:1'))).toMatchObject({ code: 'unavailable' });
  const url = await serve((_, response) => {
    response.statusCode = 404;
    response.setHeader('content-type', 'application/problem+json');
    response.end(JSON.stringify(toProblem(new JobicoError('not-found', 'no such tenant'))));
  });
  expect(await failure(first(url))).toMatchObject({ code: 'not-found' });
});
