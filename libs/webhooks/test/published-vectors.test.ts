import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { signDelivery, verifyDelivery, type Signing } from '../src/index.ts';

const TOLERANCE = 300_000;

interface Vector {
  from: string;
  signing: Signing;
  secret: string;
  seconds: number;
  headers: Record<string, string>;
  body: string;
}

/** As their authors publish them. */
const VECTORS: Vector[] = [
  {
    from: 'the tests of Standard Webhooks',
    signing: { scheme: 'standard-webhooks' },
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    seconds: 1_614_265_330,
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: '{"test": 2432232314}',
  },
  {
    from: "GitHub's documentation",
    signing: { scheme: 'github' },
    secret: "It's a Secret to Everybody",
    seconds: 0,
    headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
    body: 'Hello, World!',
  },
  {
    from: "Slack's documentation",
    signing: { scheme: 'slack' },
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    seconds: 1_531_420_618,
    headers: {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    body:
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
      '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
      '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  },
  {
    from: 'RFC 4231, test case 2',
    signing: { scheme: 'hmac', header: 'x-signature', algorithm: 'sha512', encoding: 'hex', prefix: '' },
    secret: 'Jefe',
    seconds: 0,
    headers: {
      'x-signature':
        '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    },
    body: 'what do ya want for nothing?',
  },
];

const verify = (
  { signing, secret, seconds }: Vector,
  headers: Record<string, string>,
  body: string,
  secrets = [secret],
) =>
  verifyDelivery(
    signing,
    { headers, body: Buffer.from(body) },
    { secrets, nowMs: seconds * 1000, toleranceMs: TOLERANCE },
  );

describe.each(VECTORS)('$from', (vector) => {
  test('is right as published, and with another secret beside its own', () => {
    expect(verify(vector, vector.headers, vector.body)).toBeDefined();
    expect(verify(vector, vector.headers, vector.body, ['bmV3LXNlY3JldA==', vector.secret])).toBeDefined();
  });

  test('is wrong with another body, another secret, no secret, or a header less', () => {
    expect(verify(vector, vector.headers, `${vector.body} `)).toBeUndefined();
    expect(verify(vector, vector.headers, vector.body, ['b3RoZXI='])).toBeUndefined();
    expect(verify(vector, vector.headers, vector.body, [])).toBeUndefined();
    for (const name of Object.keys(vector.headers)) {
      const { [name]: _, ...rest } = vector.headers;
      expect(verify(vector, rest, vector.body)).toBeUndefined();
    }
  });

  test('is what signing makes', () => {
    const body = Buffer.from(vector.body);
    const id = vector.headers['webhook-id'] ?? 'id';
    expect(signDelivery(vector.signing, vector.secret, { id, timestamp: vector.seconds, body })).toMatchObject(
      vector.headers,
    );
  });
});

test('what the library of Standard Webhooks signs is right here, and the other way round', () => {
  const secret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;
  const theirs = new Webhook(secret);
  const timestamp = Math.floor(Date.now() / 1000);
  for (const text of ['{"a":1}', '"é漢😀"', ' {"n": 1.10}\n']) {
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': theirs.sign('msg_1', new Date(timestamp * 1000), text),
    };
    const body = Buffer.from(text);
    const options = { secrets: [secret], nowMs: timestamp * 1000, toleranceMs: TOLERANCE };
    expect(verifyDelivery({ scheme: 'standard-webhooks' }, { headers, body }, options)).toMatchObject({ id: 'msg_1' });
    const ours = signDelivery({ scheme: 'standard-webhooks' }, secret, { id: 'msg_2', timestamp, body });
    expect(theirs.verify(text, ours)).toEqual(JSON.parse(text));
  }
});
