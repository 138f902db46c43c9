import type { NewToken, TokenRecord } from '@jobico/messaging';

/** Gives and takes credentials for NATS, each in the account of its tenant. */
export interface NatsUsers {
  /** A new user, and the content of its `.creds` file. */
  create(about: NewToken): Promise<{ publicKey: string; creds: string }>;
  /** Ends its connections, and lets it make no other. */
  revoke(record: TokenRecord): Promise<void>;
}
