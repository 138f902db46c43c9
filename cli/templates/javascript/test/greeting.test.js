import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../src/greeting.js';

test('greets with the configured word', () => {
  assert.deepEqual(greet({ name: ' Ada ' }, 'Ahoy', 2), { text: 'Ahoy, Ada!', visits: 2 });
});

test('refuses a blank name', () => {
  assert.equal(greet({ name: ' ' }, 'Hello', 1), undefined);
});
