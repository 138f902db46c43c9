import type { Nats } from '../connection/connection.ts';
import { DEADLETTERS } from '../subjects.ts';

/** What JetStream holds for the platform. */
export interface StorageUse {
  bytes: number;
  /** What the account may store; undefined where only the server's own limit counts. */
  maxBytes?: number;
  deadLetters: number;
}

export async function storageUse({ jsm }: Nats): Promise<StorageUse> {
  const [account, letters] = await Promise.all([jsm.getAccountInfo(), jsm.streams.info(DEADLETTERS)]);
  const { max_storage: maxBytes } = account.limits;
  return { bytes: account.storage, ...(maxBytes > 0 && { maxBytes }), deadLetters: letters.state.messages };
}
