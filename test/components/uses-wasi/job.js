// Uses the harmless part of WASI, and says what it gets.
import * as environment from 'wasi:cli/environment@0.2.12';
import { exit } from 'wasi:cli/exit@0.2.12';
import { getStdin } from 'wasi:cli/stdin@0.2.12';
import { getStdout } from 'wasi:cli/stdout@0.2.12';
import { getStderr } from 'wasi:cli/stderr@0.2.12';
import { getTerminalStdout } from 'wasi:cli/terminal-stdout@0.2.12';
import * as monotonic from 'wasi:clocks/monotonic-clock@0.2.12';
import * as wall from 'wasi:clocks/wall-clock@0.2.12';
import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';
import { getRandomBytes, getRandomU64 } from 'wasi:random/random@0.2.12';
import { getInsecureRandomU64 } from 'wasi:random/insecure@0.2.12';
import { insecureSeed } from 'wasi:random/insecure-seed@0.2.12';
import { poll } from 'wasi:io/poll@0.2.12';

const encode = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

function sleep(milliseconds) {
  const before = monotonic.now();
  monotonic.subscribeDuration(milliseconds * 1_000_000).block();
  return (monotonic.now() - before) / 1_000_000;
}

function pollSleep(milliseconds) {
  const timers = [monotonic.subscribeDuration(milliseconds * 1_000_000), monotonic.subscribeDuration(1e12)];
  return poll(timers);
}

function readInput() {
  try {
    return getStdin().blockingRead(10);
  } catch (error) {
    return error.payload ?? error;
  }
}

const actions = {
  surroundings: () => ({
    environment: environment.getEnvironment(),
    arguments: environment.getArguments(),
    folder: environment.initialCwd(),
    directories: getDirectories(),
    terminal: getTerminalStdout(),
    input: readInput(),
  }),
  print() {
    getStdout().blockingWriteAndFlush(encode('to the '));
    getStdout().blockingWriteAndFlush(encode('output\n'));
    getStderr().blockingWriteAndFlush(encode('to the error\nwithout an end'));
    return null;
  },
  chance: () => [getRandomBytes(8), getRandomU64(), getInsecureRandomU64(), insecureSeed()].map(String),
  greed: ({ bytes }) => getRandomBytes(bytes).length,
  time: () => wall.now().seconds,
  sleep: ({ milliseconds }) => sleep(milliseconds),
  poll: ({ milliseconds }) => Array.from(pollSleep(milliseconds)),
  exit: () => exit({ tag: 'ok' }),
};

export const handler = {
  handle(event) {
    const { action, ...given } = JSON.parse(event.data);
    return JSON.stringify(actions[action](given));
  },
};
