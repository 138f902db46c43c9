import { MODULES } from '@jobico/contract';
import { createAccount, createOperator, encodeAccount, encodeOperator } from '@nats-io/jwt';
import { encodeNewUser, platformAccount, systemAccount } from './claims.ts';
import { seedOf, type OperatorFile } from './operator-file.ts';
import { MODULE_PERMISSIONS } from './permissions.ts';
import { operatorConfig, serverConfig, type OperatorServer } from './server-config.ts';

export interface SetupFile {
  /** From the folder of the set-up. */
  path: string;
  content: string;
  isSecret: boolean;
}

export interface SetupOptions {
  /** Folder in which the server keeps streams and accounts, as the server sees it. */
  store: string;
}

/** A new operator, its keys and those of the platform's accounts. */
export interface OperatorKeys {
  /** What the server needs to know of it, which is not secret. */
  server: OperatorServer;
  /** `operator.json` for ctl, `creds/<module>.creds`, `creds/system.creds`, and the operator's own key, which nothing needs to run. */
  files: SetupFile[];
}

/** Makes a new operator with the accounts of the platform, and credentials of each module. Every key in it is new. */
export async function createOperatorKeys(): Promise<OperatorKeys> {
  const [operator, accounts] = [createOperator(), createOperator()];
  const [users, system, platform] = [createAccount(), createAccount(), createAccount()];
  const [usersKey, systemKey, platformKey] = [users, system, platform].map((key) => key.getPublicKey()) as [
    string,
    string,
    string,
  ];
  const operatorJwt = await encodeOperator('jobico', operator, {
    signing_keys: [accounts.getPublicKey()],
    system_account: systemKey,
  });
  const preload = {
    [systemKey]: await encodeAccount('SYS', systemKey, systemAccount(usersKey), { signer: accounts }),
    [platformKey]: await encodeAccount('APP', platformKey, platformAccount(usersKey), { signer: accounts }),
  };
  const credsOf = async (name: string, account: string, permissions = {}) =>
    (await encodeNewUser({ name, account, permissions }, users)).creds;
  const operatorFile: OperatorFile = {
    accountsSeed: seedOf(accounts),
    usersSeed: seedOf(users),
    platformAccount: platformKey,
    systemCreds: await credsOf('ctl', systemKey),
  };
  const secret = (path: string, content: string): SetupFile => ({ path, content, isSecret: true });
  const modules = MODULES.map(async (name) =>
    secret(`creds/${name}.creds`, await credsOf(name, platformKey, MODULE_PERMISSIONS[name])),
  );
  return {
    server: { operatorJwt, systemKey, platformKey, preload },
    files: [
      secret('operator.json', `${JSON.stringify(operatorFile, null, 2)}\n`),
      ...(await Promise.all(modules)),
      secret('creds/system.creds', await credsOf('system', systemKey)),
      secret('keys/operator.nk', `${seedOf(operator)}\n`),
    ],
  };
}

/** {@link createOperatorKeys}, with the configuration of a nats-server that is started by hand. */
export async function createOperatorSetup({ store }: SetupOptions): Promise<SetupFile[]> {
  const { server, files } = await createOperatorKeys();
  const operator = `# Written by \`jobico init-nats\`: public keys and signatures, nothing secret.\n${operatorConfig(server, store)}`;
  return [
    { path: 'nats.conf', content: serverConfig(store), isSecret: false },
    { path: 'operator.conf', content: operator, isSecret: false },
    ...files,
  ];
}
