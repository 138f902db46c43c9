import type { Definitions, Schemas } from '@jobico/messaging';
import { expect, test } from 'vitest';
import type { CallContext } from '../src/host/host-services.ts';
import { callOutbox } from '../src/host/outbox.ts';

test('the key that an event inherits counts towards what one execution may raise', async () => {
  const definitions = { event: () => ({}) } as unknown as Definitions;
  const schemas: Schemas = { validatorOf: () => () => [] };
  const context = {
    attempt: {
      event: { id: 'e1', tenant: 't', timeMs: 0 },
      key: 'k'.repeat(100 << 10),
      declared: { job: { id: 'j', grant: { emit: ['next'] } } },
    },
    emitted: [],
    emittedBytes: 0,
  } as unknown as CallContext;
  const emit = () =>
    callOutbox({ kind: 'outbox.emit', args: { event: 'next', data: '{}' } } as never, context, {
      definitions,
      schemas,
    });
  expect(await emit()).toMatchObject({ ok: true });
  expect(await emit()).toMatchObject({ ok: true });
  expect(await emit()).toMatchObject({ ok: false, error: { tag: 'too-large' } });
  expect(context.emitted).toHaveLength(2);
});
