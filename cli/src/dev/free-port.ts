import { once } from 'node:events';
import { createServer } from 'node:net';

/** The port, or 0 (any free one) where another process has it: two packages can be worked on side by side. */
export async function portOr0(port: number, host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return port;
  } catch {
    return 0;
  } finally {
    server.close();
  }
}
