import { randomBytes } from 'node:crypto';

/** What a payload may take unless told otherwise, in bytes; nats-server warns above it. */
export const DEFAULT_MAXIMUM_PAYLOAD = 8 * 1024 * 1024;

export interface ServerConfig {
  /** Largest message, in bytes. */
  maxPayload: number;
  /** When JetStream flushes to disk: `always`, or an interval such as `2m`. Left out: the server's default. */
  syncInterval?: string | undefined;
  /** The part that says who is let in. Left out: whoever comes. */
  access?: string | undefined;
}

/** Account that has the streams where everybody is let in. */
export const OPEN_ACCOUNT = 'APP';

/** A nats.conf. Addresses and folders are given on the command line, so it also reads the same on every start. */
export function serverConfig({ maxPayload, syncInterval, access = openAccess() }: ServerConfig): string {
  return `# Written at every start; a change made here does not last. For a file of your own see infra/nats.conf.
server_name: jobico
max_payload: ${maxPayload}

jetstream {${syncInterval === undefined ? '' : `\n  sync_interval: ${JSON.stringify(syncInterval)}\n`}}

${access}`;
}

/** For development: the accounts of production, and `no_auth_user`, so that `nats pub` and `nats stream ls` just work. */
function openAccess(): string {
  return `accounts {
  # The server's own account, for \`nats --user sys --password … server report …\`.
  SYS { users: [ { user: sys, password: "${password()}" } ] }
  # Where Jobico and everyone who gives no credentials are.
  ${OPEN_ACCOUNT} { jetstream: enabled, users: [ { user: app, password: "${password()}" } ] }
}
system_account: SYS
no_auth_user: app
`;
}

function password(): string {
  return randomBytes(18).toString('base64url');
}
