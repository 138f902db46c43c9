import { expect, test } from 'vitest';
import { readServerSentEvents, type ServerSentEvent } from '@jobico/client';

async function read(...chunks: string[]): Promise<ServerSentEvent[]> {
  async function* body() {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
  }
  const events: ServerSentEvent[] = [];
  for await (const event of readServerSentEvents(body())) events.push(event);
  return events;
}

test('an event has the id before it, and events without one keep the last', async () => {
  expect(await read('id: 7\ndata: a\n\ndata: b\n\n')).toEqual([
    { id: '7', event: 'message', data: 'a' },
    { id: '7', event: 'message', data: 'b' },
  ]);
});

test('several data lines are one text, comments are skipped, a named event keeps its name', async () => {
  expect(await read(': hello\nevent: gone\ndata: a\ndata:  b\n\n')).toEqual([{ id: '', event: 'gone', data: 'a\n b' }]);
});

test.each([['\n'], ['\r\n'], ['\r']])('lines may end with %j', async (end) => {
  expect(await read(`id: 1${end}data: x${end}${end}data: y${end}${end}`)).toMatchObject([{ data: 'x' }, { data: 'y' }]);
});

test('chunks may cut anywhere, even inside a line end and a character', async () => {
  const bytes = new TextEncoder().encode('id: 1\r\ndata: "é"\r\n\r\nid: 2\r\ndata: 2\r\n\r\n');
  async function* body() {
    for (const byte of bytes) yield Uint8Array.of(byte);
  }
  const events: ServerSentEvent[] = [];
  for await (const event of readServerSentEvents(body())) events.push(event);
  expect(events.map(({ id, data }) => [id, data])).toEqual([
    ['1', '"é"'],
    ['2', '2'],
  ]);
});

test('an event that the connection cuts short is dropped', async () => {
  expect(await read('data: whole\n\ndata: half')).toMatchObject([{ data: 'whole' }]);
});
