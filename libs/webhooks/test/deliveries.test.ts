import { describe, expect, test } from 'vitest';
import { signDelivery, verifyDelivery, type Signing } from '../src/index.ts';

const SIGNINGS: Signing[] = [
  { scheme: 'standard-webhooks' },
  { scheme: 'github' },
  { scheme: 'stripe' },
  { scheme: 'slack' },
  {
    scheme: 'hmac',
    header: 'x-sig',
    algorithm: 'sha256',
    encoding: 'base64',
    prefix: 'sha256=',
    timestampHeader: 'x-time',
    idHeader: 'x-id',
  },
  { scheme: 'hmac', header: 'x-sig', algorithm: 'sha1', encoding: 'hex', prefix: '' },
];
const TIMED = SIGNINGS.filter(({ scheme }, index) => scheme !== 'github' && index !== 5);
const OLD = Buffer.from('the-old-secret-of-32-characters!').toString('base64');
const NEW = Buffer.from('the-new-secret-of-32-characters!').toString('base64');
const NOW = 1_800_000_000;
const body = Buffer.from('{"id":"evt_1","event_id":"Ev1","n":1}');

const options = (secrets: string[], seconds = NOW) => ({ secrets, nowMs: seconds * 1000, toleranceMs: 300_000 });
const signed = (signing: Signing, secret = NEW, timestamp = NOW) =>
  signDelivery(signing, secret, { id: 'd-1', timestamp, body });

describe.each(SIGNINGS)('$scheme', (signing) => {
  test('either of two secrets signs while one is exchanged for the other', () => {
    for (const secret of [OLD, NEW]) {
      expect(verifyDelivery(signing, { headers: signed(signing, secret), body }, options([OLD, NEW]))).toBeDefined();
    }
    expect(verifyDelivery(signing, { headers: signed(signing, OLD), body }, options([NEW]))).toBeUndefined();
  });

  test('every bit of the body and of the signature counts', () => {
    const headers = signed(signing);
    for (let at = 0; at < body.length; at += 1) {
      const changed = Buffer.from(body);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(verifyDelivery(signing, { headers, body: changed }, options([NEW]))).toBeUndefined();
    }
    const [name, value] = Object.entries(headers).find(([key]) => key.includes('sig')) ?? ['', ''];
    for (let at = value.length - 20; at < value.length - 2; at += 1) {
      const other = value.slice(0, at) + (value[at] === 'a' ? 'b' : 'a') + value.slice(at + 1);
      expect(verifyDelivery(signing, { headers: { ...headers, [name]: other }, body }, options([NEW]))).toBeUndefined();
    }
    for (const nothing of ['', ',', '=', 'v1=', 'v1,', 'sha256=', 'v0=', 't=', `t=${NOW},v1=`, ' '.repeat(9000)]) {
      expect(
        verifyDelivery(signing, { headers: { ...headers, [name]: nothing }, body }, options([NEW])),
      ).toBeUndefined();
    }
  });

  test('a repeat is known by its content, whatever id it is given', () => {
    const first = verifyDelivery(signing, { headers: signed(signing), body }, options([NEW]));
    const again = verifyDelivery(signing, { headers: signed(signing, OLD), body }, options([OLD]));
    expect(again).toEqual(first);
    expect(first?.content).toMatch(/^[\w-]{43}$/);
  });
});

test.each(TIMED)(
  '$scheme: a signature is good for five minutes either way, and its time cannot be changed',
  (signing) => {
    const headers = signed(signing);
    const at = (seconds: number) => verifyDelivery(signing, { headers, body }, options([NEW], seconds));
    expect([at(NOW - 300), at(NOW + 300)].every(Boolean)).toBe(true);
    expect([at(NOW - 301), at(NOW + 301)]).toEqual([undefined, undefined]);
    for (const [name, value] of Object.entries(headers)) {
      if (!value.includes(String(NOW))) continue;
      const later = { ...headers, [name]: value.replace(String(NOW), String(NOW + 600)) };
      expect(verifyDelivery(signing, { headers: later, body }, options([NEW], NOW + 600))).toBeUndefined();
    }
  },
);

test('several signatures may be offered, as senders do that exchange a secret; a thousand cost no more than some few', () => {
  const { 'webhook-signature': right = '', ...rest } = signed({ scheme: 'standard-webhooks' });
  const verify = (signature: string) =>
    verifyDelivery(
      { scheme: 'standard-webhooks' },
      { headers: { ...rest, 'webhook-signature': signature }, body },
      options([NEW]),
    );
  expect(verify(`v1,AAAA v1a,ed25519 ${right}`)).toBeDefined();
  expect(verify(`${'v1,AAAA '.repeat(1000)}${right}`)).toBeUndefined();
});

test('the id is the one of the sender: signed where the scheme signs it', () => {
  const idOf = (signing: Signing) => {
    const { id, isIdSigned } = verifyDelivery(signing, { headers: signed(signing), body }, options([NEW])) ?? {};
    return [id, isIdSigned];
  };
  expect(SIGNINGS.slice(0, 5).map(idOf)).toEqual([
    ['d-1', true],
    ['d-1', false],
    ['evt_1', true],
    ['Ev1', true],
    ['d-1', false],
  ]);
});
