import { JobicoError, LIMITS } from '@jobico/contract';
import type { SecretStore } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

type SecretHandlers = Pick<Handlers, 'secret.set' | 'secret.list' | 'secret.delete' | 'secret.rotate'>;

export function createSecretHandlers({ secrets }: { secrets: SecretStore }): SecretHandlers {
  return {
    async 'secret.set'({ tenant, name, value }) {
      assertFits(value);
      return await secrets.set(tenant, name, value);
    },
    'secret.list': async ({ tenant }) => ({ items: await secrets.list(tenant) }),
    async 'secret.delete'({ tenant, name }) {
      await secrets.delete(tenant, name);
      return { name };
    },
    'secret.rotate': () => secrets.rotate(),
  };
}

/** The operation's schema counts characters. */
function assertFits(value: string): void {
  if (Buffer.byteLength(value) <= LIMITS.secretBytes) return;
  throw new JobicoError('too-large', `a secret has at most ${LIMITS.secretBytes} bytes`);
}
