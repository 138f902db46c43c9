import type { HostCall } from '@jobico/component';
import { LIMITS } from '@jobico/contract';
import { expect, test } from 'vitest';
import { recordInputs } from '../src/host/recorded-inputs.ts';

const send: HostCall = {
  n: 1,
  callId: 1,
  kind: 'http.send',
  args: {
    method: 'GET',
    url: 'https://api.example.com/',
    headers: [
      ['Authorization', 'Bearer hush'],
      ['x-own-key', 'hush'],
      ['accept', 'text/plain'],
    ],
  },
};

test('the values of headers that may be credentials are not recorded, those of the answer neither', () => {
  const inputs = recordInputs('{}');
  inputs.add(send, {
    ok: true,
    value: {
      status: 200,
      headers: [
        ['Set-Cookie', 'hush'],
        ['etag', 'v1'],
      ],
      body: Buffer.from('fine'),
    },
  });
  const text = JSON.stringify(inputs.taken());
  expect(text).not.toContain('hush');
  expect(text).toContain('text/plain');
  expect(text).toContain('v1');
  expect(text).toContain('"text":"fine"');
});

test('bytes that are no text come as base64', () => {
  const inputs = recordInputs('{}');
  const value = { value: Uint8Array.of(0xff, 0), revision: '1' };
  inputs.add({ n: 1, callId: 1, kind: 'kv.get', args: { bucket: 'b', key: 'k' } }, { ok: true, value });
  expect(inputs.taken().calls[0]?.answer).toEqual({ ok: true, value: { value: { base64: '/wA=' }, revision: '1' } });
});

test('what is more than the limit is cut, and said to be', () => {
  const inputs = recordInputs('{}');
  const value = { value: Buffer.alloc(LIMITS.recordedInputBytes / 2, 'x'), revision: '1' };
  const call: HostCall = { n: 1, callId: 1, kind: 'kv.get', args: { bucket: 'b', key: 'k' } };
  for (let i = 0; i < 4; i += 1) inputs.add(call, { ok: true, value });
  expect(inputs.taken()).toMatchObject({ isCut: true, calls: { length: 1 } });
  expect(recordInputs('x'.repeat(LIMITS.recordedInputBytes + 1)).taken()).toEqual({ data: '', calls: [], isCut: true });
});
