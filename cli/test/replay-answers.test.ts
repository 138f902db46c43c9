import type { HostRequest } from '@jobico/component';
import { expect, test } from 'vitest';
import { createReplayAnswers } from '../src/local-run/replay-answers.ts';

const get = (key: string): HostRequest => ({ kind: 'kv.get', args: { bucket: 'b', key } });
const entry = (text: string, revision: string) => ({ value: { text }, revision });

test('the same call is answered as it was, each record once, in their order', () => {
  const answers = createReplayAnswers([
    { call: 'kv.get', args: { bucket: 'b', key: 'k' }, answer: { ok: true, value: entry('1', 'r1') } },
    { call: 'kv.get', args: { bucket: 'b', key: 'k' }, answer: { ok: true, value: entry('2', 'r2') } },
  ]);
  const ask = () => answers.answer(get('k'));
  expect(ask()).toMatchObject({ match: 'same', answer: { value: { revision: 'r1' } } });
  expect(ask()).toMatchObject({ match: 'same', answer: { value: { revision: 'r2' } } });
  expect(ask()).toMatchObject({ match: 'new', answer: { ok: false, error: { tag: 'unavailable' } } });
});

test('a write of another value to the same key is answered as the one that was recorded', () => {
  const answers = createReplayAnswers([
    {
      call: 'kv.set',
      args: { bucket: 'b', key: 'k', value: { text: '1' }, when: { tag: 'always' } },
      answer: { ok: false, error: { tag: 'conflict', val: 'r9' } },
    },
  ]);
  const value = Buffer.from('2');
  const call: HostRequest = { kind: 'kv.set', args: { bucket: 'b', key: 'k', value, when: { tag: 'always' } } };
  expect(answers.answer(call)).toEqual({
    match: 'changed',
    answer: { ok: false, error: { tag: 'conflict', val: 'r9' } },
  });
  expect(answers.unasked()).toEqual([]);
});

test('a request is the same whatever its headers, of which records hide some', () => {
  const answers = createReplayAnswers([
    {
      call: 'http.send',
      args: { method: 'GET', url: 'https://a.example/', headers: [['authorization', '[not recorded]']] },
      answer: { ok: true, value: { status: 200, headers: [], body: { text: 'x' } } },
    },
  ]);
  const headers = [['authorization', 'Bearer hush']] as const;
  expect(answers.answer({ kind: 'http.send', args: { method: 'GET', url: 'https://a.example/', headers } }).match).toBe(
    'same',
  );
});

test('what was never asked again is known', () => {
  const answers = createReplayAnswers([{ call: 'kv.delete', args: { bucket: 'b', key: 'k' }, answer: { ok: true } }]);
  expect(answers.unasked()).toHaveLength(1);
});
