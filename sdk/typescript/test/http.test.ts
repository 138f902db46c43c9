import { expect, test } from 'vitest';
import { createHttp } from '../src/http.ts';
import { HostError } from '../src/index.ts';
import { createFakeHost, refusal } from './support/fake-host.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a request without a body is a GET', () => {
  const host = createFakeHost();
  createHttp(host.http).fetch('https://api.example.com/');
  expect(host.requests).toEqual([
    { method: 'GET', url: 'https://api.example.com/', headers: [], body: null, timeoutMs: null },
  ]);
});

test('a body makes a POST, JSON with its content type', () => {
  const host = createFakeHost();
  const http = createHttp(host.http);
  http.fetch(new URL('https://api.example.com/a'), { json: { a: 1 }, headers: { 'x-b': '2' }, timeoutMs: 500 });
  http.fetch('https://api.example.com/b', { method: 'put', body: 'é' });
  expect(host.requests).toEqual([
    {
      method: 'POST',
      url: 'https://api.example.com/a',
      headers: [
        ['content-type', 'application/json'],
        ['x-b', '2'],
      ],
      body: bytes('{"a":1}'),
      timeoutMs: 500,
    },
    { method: 'PUT', url: 'https://api.example.com/b', headers: [], body: bytes('é'), timeoutMs: null },
  ]);
});

test('a response has its status, headers by lower-case name, and body as text and JSON', () => {
  const host = createFakeHost();
  host.http.send = () => ({
    status: 200,
    headers: [
      ['Content-Type', 'application/json'],
      ['Via', 'a'],
      ['via', 'b'],
    ],
    body: bytes('{"rate":1.5}'),
  });
  const response = createHttp(host.http).fetch('https://api.example.com/');
  expect(response).toMatchObject({ status: 200, ok: true });
  expect(Object.fromEntries(response.headers)).toEqual({ 'content-type': 'application/json', via: 'a, b' });
  expect(response.text()).toBe('{"rate":1.5}');
  expect(response.json()).toEqual({ rate: 1.5 });
});

test('a status of 500 is a response that is not ok', () => {
  const host = createFakeHost();
  host.http.send = () => ({ status: 500, headers: [], body: bytes('') });
  expect(createHttp(host.http).fetch('https://api.example.com/').ok).toBe(false);
});

test.each([
  ['timeout', undefined, 'GET https://api.example.com/: timeout'],
  ['denied', 'host', 'GET https://api.example.com/: denied: host'],
])('no response for %s is a HostError', (tag, detail, message) => {
  const host = createFakeHost();
  host.http.send = () => {
    throw refusal(tag, detail);
  };
  const fetch = () => createHttp(host.http).fetch('https://api.example.com/');
  expect(fetch).toThrow(HostError);
  expect(fetch).toThrow(message);
});
