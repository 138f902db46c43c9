import type { DeclaredEvent, Definitions, QueuedEvent } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { createAdmission } from '../src/admission.ts';

test.each([
  ['at once', (validate: () => never) => validate],
  ['once its schema is read', (validate: () => never) => Promise.resolve(validate)],
])('a fault of the platform while it checks an event, %s, ends that event and nothing else', async (_when, ready) => {
  const declared = {
    queue: { id: 'q', ordering: { kind: 'strict' }, maxAgeMs: 60_000 },
  } as unknown as DeclaredEvent;
  const broken = () => {
    throw new TypeError('not foreseen');
  };
  const admission = createAdmission({ event: () => declared } as unknown as Definitions, {
    validatorOf: () => ready(broken),
  });
  const event: QueuedEvent = { id: 'e', tenant: 't', name: 'told', sequence: 1, timeMs: Date.now(), text: '{}' };
  expect(await admission.admit(event, 'q')).toEqual({
    key: undefined,
    verdict: { declared, error: { code: 'platform', message: 'it cannot be checked: not foreseen' } },
  });
});

test.each([
  ['as large as it may be', 4 << 20, undefined],
  ['larger', (4 << 20) + 1, 'larger than 4 MiB'],
  ['of more bytes than characters', (4 << 20) / 2 + 10, 'larger than 4 MiB'],
])('an event that is %s', (what, length, message) => {
  const declared = {
    queue: { id: 'q', ordering: { kind: 'strict' }, maxAgeMs: 60_000 },
  } as unknown as DeclaredEvent;
  const admission = createAdmission({ event: () => declared } as unknown as Definitions, {
    validatorOf: () => () => [],
  });
  const text = JSON.stringify((what.startsWith('of more') ? 'ü' : 'u').repeat(length - 2));
  const event: QueuedEvent = { id: 'e', tenant: 't', name: 'told', sequence: 1, timeMs: Date.now(), text };
  const error = message === undefined ? undefined : { code: 'invalid', message };
  expect(admission.admit(event, 'q')).toMatchObject(error ? { verdict: { error } } : { declared });
});
