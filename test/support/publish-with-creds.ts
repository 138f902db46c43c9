import { jetstream } from '@nats-io/jetstream';
import { connect, credsAuthenticator } from '@nats-io/transport-node';

/** Publishes as `nats --creds … pub --jetstream` does: waits for the answer that it is stored. Without creds as anybody. */
export async function publishWithCreds(
  url: string,
  creds: string | undefined,
  subject: string,
  payload: string,
): Promise<void> {
  const nc = await connect({
    servers: url,
    reconnect: false,
    ...(creds !== undefined && { authenticator: credsAuthenticator(new TextEncoder().encode(creds)) }),
  });
  try {
    const refused = (async () => {
      for await (const status of nc.status()) if (status.type === 'error') throw status.error;
    })();
    await Promise.race([jetstream(nc).publish(subject, payload), refused]);
  } finally {
    await nc.close();
  }
}
