// Uses names that mean something to JavaScript wherever the host takes a text.
import { get as setting } from 'jobico:job/config@0.1.0';
import { get, keys } from 'jobico:job/kv@0.1.0';
import { write } from 'jobico:job/log@0.1.0';
import { emit } from 'jobico:job/outbox@0.1.0';

const WORDS = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  '../../etc',
  '\u0000\u001b[2J',
  '💥',
];

export const handler = {
  handle() {
    const settings = WORDS.map((word) => setting(word) ?? null);
    for (const word of WORDS) {
      write('info', word);
      get(word, word);
      keys(word, word);
      emit(word, JSON.stringify({ ['__proto__']: { polluted: true }, word }), word);
    }
    return JSON.stringify({ settings });
  },
};
