import { expect, test } from 'vitest';
import { dataDirFailure, startFailure } from '../src/start-failure.ts';

const start = { host: '127.0.0.1', port: 4222, httpPort: 8222, dataDir: '/data', ending: 'exit code 1' };

test.each([
  {
    line: 'Error listening on port: 127.0.0.1:4222, "listen tcp 127.0.0.1:4222: bind: address already in use"',
    code: 'port-in-use',
    message: 'port 4222 on 127.0.0.1 is in use already (for NATS)',
    hint: /--nats-port/,
  },
  {
    line: "Can't start monitoring: can't listen to the monitor port: listen tcp 127.0.0.1:8222: bind: address already in use",
    code: 'port-in-use',
    message: 'port 8222 on 127.0.0.1 is in use already (for NATS monitoring)',
    hint: /another monitoring port/,
  },
  {
    line: 'Error listening on port: 10.9.9.9:4222, "listen tcp 10.9.9.9:4222: bind: cannot assign requested address"',
    code: 'nats-server-failed',
    message: 'nats-server cannot listen on 127.0.0.1:4222: cannot assign requested address',
    hint: /address of this machine/,
  },
  {
    line: "Can't start JetStream: could not create storage directory - mkdir /data: permission denied",
    code: 'nats-server-failed',
    message:
      'the data directory /data cannot be used: could not create storage directory - mkdir /data: permission denied',
    hint: /may create and write/,
  },
  {
    line: "nats-server: /etc/nats.conf:20:3: Duplicate 'store_dir' configuration",
    code: 'nats-server-failed',
    message: '/etc/nats.conf names a store_dir, but the data directory is given to the server already',
    hint: /Take store_dir out/,
  },
  {
    line: 'Error writing ports file (/data/nats-server_1.ports): write: no space left on device',
    code: 'disk-full',
    message: 'the disk of the data directory /data is full',
    hint: /Free some space/,
  },
  {
    line: "nats-server: Parse error on line 2: 'Unexpected EOF processing map.'",
    code: 'nats-server-failed',
    message:
      "nats-server ended while it started (exit code 1): nats-server: Parse error on line 2: 'Unexpected EOF processing map.'",
    hint: /details/,
  },
])('$code: $message', ({ line, code, message, hint }) => {
  const error = startFailure({ ...start, lines: ['Starting nats-server', line] });
  expect(error).toMatchObject({ code, message, hint: expect.stringMatching(hint) });
  expect(error.details).toEqual({ ending: 'exit code 1', lines: ['Starting nats-server', line] });
});

test.each([
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EACCES', 'nats-server-failed'],
  ['EROFS', 'nats-server-failed'],
])('%s in the data directory is %s', (errno, code) => {
  const cause = Object.assign(new Error(`${errno}: no`), { code: errno });
  expect(dataDirFailure('/data', cause)).toMatchObject({ code, cause });
});
