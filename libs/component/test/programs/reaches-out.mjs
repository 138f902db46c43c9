// Runs with the flags of a sandbox, before anything is taken away from it, and tries to reach what it must not.
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import fs from 'node:fs';
import inspector from 'node:inspector';
import net from 'node:net';
import { hostname } from 'node:os';
import process from 'node:process';
import { Worker } from 'node:worker_threads';

function settled(emitter, event) {
  return new Promise((resolve, reject) => {
    emitter.on('error', reject);
    emitter.on(event, () => resolve('done'));
  });
}

const attempts = {
  readFile: () => fs.readFileSync('/etc/passwd', 'utf8').length,
  readOwnPackage: () => fs.readFileSync(new URL('../../package.json', import.meta.url)).length,
  listRoot: () => fs.readdirSync('/').length,
  writeFile: () => fs.writeFileSync(new URL('written', import.meta.url), 'x'),
  spawn: () => {
    const { error, status } = spawnSync('/bin/true');
    if (error) throw error;
    return status;
  },
  thread: () => new Worker('0', { eval: true }),
  connect: () => settled(net.connect(1, '127.0.0.1'), 'connect'),
  connectPipe: () => settled(net.connect('/run/some.sock'), 'connect'),
  listen: () => settled(net.createServer().listen(0), 'listening'),
  udp: () => {
    const socket = dgram.createSocket('udp4');
    socket.bind(0);
    return settled(socket, 'listening');
  },
  resolve: () => dns.lookup(hostname()),
  fetch: () => fetch('http://127.0.0.1:18999/'),
  inspect: () => inspector.open(0),
  addon: () => process.dlopen({ exports: {} }, '/nowhere/addon.node'),
  binding: () => process.binding('fs'),
  sqlite: () => import('node:sqlite'),
  ffi: () => import('node:ffi'),
  wasi: async () => new (await import('node:wasi')).WASI({ version: 'preview1' }),
  // oxlint-disable-next-line typescript/no-implied-eval -- that is the question
  evaluate: () => new Function('return 1')(),
  proto: () => ({}).__proto__.constructor.name,
};

const results = {};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    results[name] = `reached ${await attempt()}`;
  } catch (error) {
    results[name] = error.cause?.message ?? error.code ?? error.name;
  }
}
results.environment = Object.keys(process.env);
const json = Buffer.from(JSON.stringify(results));
const lengths = Buffer.alloc(8);
lengths.writeUInt32LE(4 + json.length, 0);
lengths.writeUInt32LE(json.length, 4);
new net.Socket({ fd: 3, readable: false, writable: true }).end(Buffer.concat([lengths, json]));
