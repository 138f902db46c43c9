import { createHealth } from '@jobico/telemetry';
import { expect, test } from 'vitest';

test('those who ask at once share one look at the parts', async () => {
  let looks = 0;
  const gate = Promise.withResolvers<void>();
  const health = createHealth({
    nats: async () => {
      looks += 1;
      await gate.promise;
    },
  });
  const asked = [health(), health(), health()];
  gate.resolve();
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  expect(looks).toBe(1);
  await health();
  expect(looks).toBe(2);
});

test('the first part that fails is the error, the others are told too', async () => {
  const health = createHealth(
    { fine: () => true, broken: () => Promise.reject(new Error('no room')), off: () => false },
    50,
  );
  expect(await health()).toMatchObject({
    status: 'error',
    error: 'broken: no room',
    checks: { fine: { status: 'ok' }, broken: { error: 'no room' }, off: { error: 'not available' } },
  });
});
