import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JobicoError, type ModuleName } from '@jobico/contract';
import type { OperatorServer } from '@jobico/ctl';
import type { OperatorMode } from '@jobico/nats-server';
import { writeNewFolder } from '../session/new-folder.ts';

/** Who is let in by the nats-server of a data folder: nobody but those whose credentials its own operator has signed. */
export interface OwnOperator {
  server: OperatorMode;
  /** Folder of the credentials. */
  creds: string;
  /** Path of the `.creds` file of a module. */
  credsOf: (module: ModuleName) => string;
  /** Path of the `operator.json`, with which ctl gives tenants credentials. */
  operatorFile: string;
}

const folderOf = (data: string) => join(data, 'nats-operator');
const SERVER = 'server.json';

/** The operator of a data folder, with new keys in it where there is none. */
export async function ensureOwnOperator(data: string, onStep?: (message: string) => void): Promise<OwnOperator> {
  const folder = folderOf(data);
  if (!existsSync(folder)) {
    await makeOperator(data, folder);
    onStep?.(`made keys for nats-server, in ${folder}: keep a copy, credentials of tenants are worth nothing without`);
  }
  return await readOwnOperator(data);
}

/** The operator of a data folder, if it has one. */
export async function findOwnOperator(data: string): Promise<OwnOperator | undefined> {
  return existsSync(folderOf(data)) ? await readOwnOperator(data) : undefined;
}

/** The folder has its name only once everything is in it. */
async function makeOperator(data: string, folder: string): Promise<void> {
  const { createOperatorKeys } = await import('@jobico/ctl');
  const { server, files } = await createOperatorKeys();
  await mkdir(data, { recursive: true });
  const partial = await mkdtemp(`${folder}.`);
  try {
    const about = { path: SERVER, content: `${JSON.stringify(server, null, 2)}\n`, isSecret: false };
    await writeNewFolder(partial, [...files, about]);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another start has made one at the same moment.
    if (!existsSync(folder)) throw error;
  }
}

async function readOwnOperator(data: string): Promise<OwnOperator> {
  const { operatorConfig } = await import('@jobico/ctl');
  const folder = folderOf(data);
  const server = readServer(join(folder, SERVER));
  const creds = join(folder, 'creds');
  return {
    // The data folder may have been moved: nothing but its own place says where it is.
    server: { config: operatorConfig(server, join(data, 'nats')), account: server.platformKey },
    creds,
    credsOf: (module) => join(creds, `${module}.creds`),
    operatorFile: join(folder, 'operator.json'),
  };
}

function readServer(path: string): OperatorServer {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as OperatorServer;
  } catch (cause) {
    throw new JobicoError('config-invalid', `${path} cannot be read: ${(cause as Error).message}`, {
      hint: 'It belongs to the keys of nats-server in that folder. Bring back your copy; or move the folder away, and new keys are made: tenants need new credentials for NATS then.',
      cause,
    });
  }
}
