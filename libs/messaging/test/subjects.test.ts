import { describe, expect, test } from 'vitest';
import {
  eventSubject,
  executionFilter,
  executionSubject,
  keyToken,
  logSubject,
  parseEventSubject,
  parseQueueStream,
  queueStream,
  slotFilter,
} from '../src/subjects.ts';

describe('events', () => {
  test('a subject reads back as what it was built from', () => {
    expect(parseEventSubject(eventSubject('acme', 'order-placed'))).toEqual({ tenant: 'acme', event: 'order-placed' });
    expect(parseEventSubject(eventSubject('acme', 'order-placed', 'c7'))).toEqual({
      tenant: 'acme',
      event: 'order-placed',
    });
    expect(parseEventSubject('jobico.event.acme.order-placed.4.3')).toEqual({
      tenant: 'acme',
      event: 'order-placed',
      spread: { index: 3, count: 4 },
    });
  });

  test.each(['a.b', 'a b', '*', '>', '', 'ü', 'x'.repeat(65)])('the key %j becomes one safe token', (key) => {
    expect(keyToken(key)).toMatch(/^h[A-Za-z0-9_-]{43}$/);
  });

  test.each(['jobico.event.acme', 'jobico.event.acme.a.b.c', 'other.event.acme.a', 'jobico.event..a'])(
    '%s is no event',
    (subject) => {
      expect(parseEventSubject(subject)).toBeUndefined();
    },
  );
});

describe('queues and outcomes', () => {
  test('a stream name reads back as tenant and queue', () => {
    expect(parseQueueStream(queueStream('acme', 'default'))).toEqual({ tenant: 'acme', queue: 'default' });
    expect(parseQueueStream('KV_definitions')).toBeUndefined();
    expect(parseQueueStream('QUEUE_a_b_c')).toBeUndefined();
  });

  test('an outcome lies in the slot of its sequence, under the filters that ask for it', () => {
    const subject = executionSubject({
      tenant: 'acme',
      package: 'orders',
      job: 'price',
      status: 'ok',
      queue: 'q',
      sequence: 4097,
    });
    expect(subject).toBe('jobico.execution.acme.orders.price.ok.q.1');
    expect(slotFilter('acme', 'q', 4097)).toBe('jobico.execution.acme.*.*.*.q.1');
    expect(slotFilter('acme', 'q', 4097, 3)).toBe('jobico.execution.acme.*.*.*.q.3-1');
    expect(executionFilter('acme', { job: 'price' })).toBe('jobico.execution.acme.*.price.*.*.*');
  });

  test('what runs log has subjects of its own', () => {
    expect(logSubject('acme', { package: 'orders', job: 'price' })).toBe('jobico.log.acme.orders.price');
    expect(logSubject('acme', { job: 'price' })).toBe('jobico.log.acme.*.price');
  });
});
