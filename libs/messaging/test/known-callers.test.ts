import { expect, test, vi } from 'vitest';
import { createKnownCallers } from '../src/tenants/known-callers.ts';
import type { TokenRecord } from '../src/tenants/tokens.ts';

const TOKEN = `jbc_${'a'.repeat(43)}`;

function recordOf(changes: Partial<TokenRecord> = {}): TokenRecord {
  const time = new Date().toISOString();
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  return { id: 'a'.repeat(12), kind: 'http', role: 'producer', tenant: 't', createdAt: time, expiresAt, ...changes };
}

function known() {
  const records = new Map<string, TokenRecord>();
  const used: string[] = [];
  const callers = createKnownCallers({ get: (id) => records.get(id), used: (id) => void used.push(id) });
  const add = (token: string, record: TokenRecord) => {
    records.set(record.id, record);
    return callers.add(token, record);
  };
  return { records, used, callers, add };
}

test('a token that was right is known, as the caller that it was, and its use is noted', () => {
  const { callers, add, used } = known();
  const caller = add(TOKEN, recordOf());
  expect(caller).toEqual({ role: 'producer', token: 'a'.repeat(12), tenant: 't' });
  expect(callers.get(TOKEN)).toBe(caller);
  expect(used).toEqual(['a'.repeat(12)]);
  expect(callers.get(`${TOKEN}b`)).toBeUndefined();
});

test('a token whose record has changed or is gone is not known any more, not even if it comes back', () => {
  const { records, callers, add } = known();
  const record = recordOf();
  add(TOKEN, record);
  records.set(record.id, { ...record, revokedAt: new Date().toISOString() });
  expect(callers.get(TOKEN)).toBeUndefined();
  records.set(record.id, record);
  expect(callers.get(TOKEN)).toBeUndefined();
  add(TOKEN, record);
  records.delete(record.id);
  expect(callers.get(TOKEN)).toBeUndefined();
});

test('a token that has expired meanwhile is not known any more', () => {
  vi.useFakeTimers();
  try {
    const { callers, add } = known();
    add(TOKEN, recordOf({ expiresAt: new Date(Date.now() + 1000).toISOString() }));
    vi.advanceTimersByTime(999);
    expect(callers.get(TOKEN)).toBeDefined();
    vi.advanceTimersByTime(1);
    expect(callers.get(TOKEN)).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});

test('no more than a thousand are kept', () => {
  const { callers, add } = known();
  const tokens = Array.from({ length: 1001 }, (_, index) => `${TOKEN}${index}`);
  for (const [index, token] of tokens.entries()) add(token, recordOf({ id: `${index}` }));
  expect(tokens.filter((token) => callers.get(token))).toEqual(tokens.slice(1));
});
