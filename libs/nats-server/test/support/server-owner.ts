// A process of its own that starts a nats-server and prints its id: `server-owner.ts <binary> <data directory>`.
import { startNatsServer } from '@jobico/nats-server';

const [binary, dataDir] = process.argv.slice(2);
if (binary === undefined || dataDir === undefined) throw new Error('needs a binary and a data directory');
const server = await startNatsServer({ binary, dataDir });
console.log(server.pid);
await server.exited;
