import { expect, test } from 'vitest';
import { createEventId, derivedId, outgoingId, timeOfId } from '@jobico/messaging';

const UUIDV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('an id is a UUIDv7 and tells its time', () => {
  const id = createEventId(1_700_000_000_123);
  expect(id).toMatch(UUIDV7);
  expect(timeOfId(id)).toBe(1_700_000_000_123);
  expect(createEventId(1_700_000_000_123)).not.toBe(id);
});

test('a derived id is the same for the same seed only', () => {
  expect(derivedId(5, 'a')).toBe(derivedId(5, 'a'));
  expect(derivedId(5, 'a')).not.toBe(derivedId(5, 'b'));
  expect(derivedId(5, 'a')).toMatch(UUIDV7);
});

test('an id that is none of ours tells no time', () => {
  expect(timeOfId('order-17')).toBeUndefined();
});

test('the id of an outgoing event follows from its cause, and stays short along a chain', () => {
  let id = createEventId(1_700_000_000_123);
  expect(outgoingId(id, 'price', 'ok', 0)).toBe(`${id}:price:ok`);
  for (let hop = 0; hop < 100; hop += 1) id = outgoingId(id, 'a-job-with-a-long-name', 'ok', 0);
  expect(id.length).toBeLessThanOrEqual(256);
  expect(timeOfId(id)).toBe(1_700_000_000_123);
});
