import { jetstream } from '@nats-io/jetstream';
import { connect, credsAuthenticator } from '@nats-io/transport-node';

/** Publishes as `nats --creds … pub --jetstream` does: waits for the answer that it is stored. */
export async function publishWithCreds(url: string, creds: string, subject: string, payload: string): Promise<void> {
  const authenticator = credsAuthenticator(new TextEncoder().encode(creds));
  const nc = await connect({ servers: url, authenticator, reconnect: false });
  try {
    const refused = (async () => {
      for await (const status of nc.status()) if (status.type === 'error') throw status.error;
    })();
    await Promise.race([jetstream(nc).publish(subject, payload), refused]);
  } finally {
    await nc.close();
  }
}
