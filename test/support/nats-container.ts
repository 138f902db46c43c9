import { existsSync } from 'node:fs';
import { connect } from 'node:net';

const IMAGE = 'nats:2.15-alpine';
const SOCKET = '/var/run/docker.sock';
const ANSWER_WITHIN_MS = 500;

export interface NatsContainer {
  url: string;
  stop: () => Promise<void>;
}

/** nats-server in a container; an error that says so where no Docker engine answers. */
export async function startNatsContainer(env: NodeJS.ProcessEnv = process.env): Promise<NatsContainer> {
  await checkEngine(env['DOCKER_HOST'] || (existsSync(SOCKET) ? `unix://${SOCKET}` : undefined));
  // Loaded here alone: it takes longer to load than a nats-server to start.
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(IMAGE)
    .withCommand(['-js'])
    .withExposedPorts(4222)
    .withWaitStrategy(Wait.forLogMessage('Server is ready'))
    .start();
  return {
    url: `nats://${container.getHost()}:${container.getMappedPort(4222)}`,
    stop: async () => {
      await container.stop();
    },
  };
}

async function checkEngine(address: string | undefined): Promise<void> {
  const wanted = 'JOBICO_TEST_NATS=docker needs a Docker engine';
  if (address === undefined) throw new Error(`${wanted}: DOCKER_HOST is not set and there is no ${SOCKET}`);
  const { protocol, hostname, port, pathname } = new URL(address);
  const target = protocol === 'unix:' ? { path: pathname } : { host: hostname, port: Number(port || 2375) };
  const socket = connect(target);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.setTimeout(ANSWER_WITHIN_MS, () => reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)));
    });
  } catch (error) {
    throw new Error(`${wanted}: ${address} does not answer (${(error as Error).message})`, { cause: error });
  } finally {
    socket.destroy();
  }
}
