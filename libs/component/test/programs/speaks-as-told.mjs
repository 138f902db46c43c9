// Takes a sandbox's place and says what the data of its first event tells: frames of JSON, or raw bytes.
import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import process from 'node:process';
import { setTimeout } from 'node:timers';

const [LOAD, UNLOAD, RUN] = [0, 1, 2];
const [READY, LOADED, CALL] = [0, 1, 4];
const PROGRESS = 4;
const channel = new Socket({ fd: 3, readable: true, writable: true });

function frame(message, bytes = Buffer.alloc(0)) {
  const json = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(4 + json.length + bytes.length, 0);
  lengths.writeUInt32LE(json.length, 4);
  return Buffer.concat([lengths, json, bytes]);
}

const deeds = {
  /** A message; text goes out as it is, in place of JSON. */
  say: ({ message, bytes }) => channel.write(frame(message, bytes && Buffer.from(bytes))),
  /** A message, once lines of an event that runs may be told. */
  later: ({ message }) => setTimeout(() => channel.write(frame(message)), 300),
  /** Reads nothing any more. */
  deaf: () => channel.pause(),
  raw: ({ bytes }) => channel.write(Buffer.from(bytes)),
  repeat({ message }) {
    const frames = Buffer.concat(Array.from({ length: 1000 }, () => frame(message)));
    const more = () => channel.write(frames, more);
    more();
  },
  pour() {
    const announced = Buffer.alloc(4);
    announced.writeUInt32LE(2 ** 32 - 1);
    channel.write(announced);
    const more = () => channel.write(Buffer.alloc(1 << 20), more);
    more();
  },
  /** A message with an array of that many empty arrays in its place `at`. */
  crowd({ message, at, values }) {
    message[at] = Array.from({ length: values }, () => []);
    channel.write(frame(message));
  },
  /** Calls that each carry that many bytes. */
  carry({ calls, bytes }) {
    for (let id = 1; id <= calls; id += 1) {
      channel.write(frame([CALL, 1, id, 'kv.set', ['b', 'k', 'always', null]], Buffer.alloc(bytes)));
    }
  },
  /** The mark that tells whose guest has the thread. */
  mark({ n }) {
    const mark = Buffer.alloc(8);
    mark.writeDoubleLE(n);
    writeSync(PROGRESS, mark, 0, 8, 0);
  },
  exit: ({ code }) => process.exit(code),
};

function receive([operation, ...fields]) {
  if (operation === LOAD) channel.write(frame([LOADED, fields[0], 65_536]));
  if (operation === UNLOAD || operation !== RUN) return;
  const [, ...events] = fields;
  for (const event of events) {
    for (const { deed, ...given } of JSON.parse(event[9])) deeds[deed](given);
  }
}

let rest = Buffer.alloc(0);
channel.on('data', (chunk) => {
  rest = Buffer.concat([rest, chunk]);
  while (rest.length >= 8 && rest.length >= 4 + rest.readUInt32LE(0)) {
    const end = 4 + rest.readUInt32LE(0);
    receive(JSON.parse(rest.toString('utf8', 8, 8 + rest.readUInt32LE(4))));
    rest = rest.subarray(end);
  }
});
channel.on('close', () => process.exit(0));
channel.on('error', () => process.exit(0));
channel.write(frame([READY]));
