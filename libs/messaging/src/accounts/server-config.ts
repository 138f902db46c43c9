/** A nats.conf for production that takes nobody without credentials. */
export function serverConfig(store: string): string {
  return `# Written by \`jobico init-nats\`; yours to change. Check a change with: nats-server -t -c nats.conf
server_name: jobico
listen: 0.0.0.0:4222

# Monitoring, for health checks and \`nats server report\`. It has no login: loopback only.
http: 127.0.0.1:8222

# An event with its headers, or one chunk of a file, in one message.
max_payload: 8MB

# A client that has not answered two pings is gone.
ping_interval: 10s
ping_max: 2

jetstream {
  store_dir: ${JSON.stringify(`${store}/jetstream`)}
  # An event is acknowledged when it is on the disk; start the modules with JOBICO_DURABILITY=durable. A cluster of three
  # replicas may go without.
  sync_interval: always
}

# Credentials are signatures, but what is sent is readable on the way: give the server a certificate.
# tls { cert_file: "/etc/nats/server.crt", key_file: "/etc/nats/server.key" }

include "./operator.conf"
`;
}

/** Whose signatures a server in operator mode takes. */
export interface OperatorServer {
  operatorJwt: string;
  /** Public keys of the server's own account, and of the platform's. */
  systemKey: string;
  platformKey: string;
  /** Accounts that the server knows from the start, by public key. */
  preload: Readonly<Record<string, string>>;
}

/** The part of nats.conf that makes operator mode; accounts are kept in the folder `accounts` of `store`, as the server sees it. */
export function operatorConfig({ operatorJwt, systemKey, preload }: OperatorServer, store: string): string {
  const accounts = Object.entries(preload).map(([key, jwt]) => `  ${key}: ${jwt}`);
  return `operator: ${operatorJwt}
system_account: ${systemKey}

# ctl pushes the accounts of tenants here.
resolver {
  type: full
  dir: ${JSON.stringify(`${store}/accounts`)}
  allow_delete: true
  interval: "2m"
}
resolver_preload {
${accounts.join('\n')}
}
`;
}
