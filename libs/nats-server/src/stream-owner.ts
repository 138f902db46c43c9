import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { JobicoError } from '@jobico/contract';
import { OPEN_ACCOUNT } from './server-config.ts';

const ACCOUNT_KEY = /^A[A-Z2-7]{55}$/;

/**
 * A server keeps streams in a folder for each account, and an account has another name in operator mode: whoever turns
 * credentials on, or off, would find an empty server. So the folder goes with the account that has the streams now. Only
 * while no server runs on it. Throws `conflict` where two accounts have streams: it is not ours to choose.
 */
export function giveStreamsTo(dataDir: string, account: string): void {
  const folder = join(dataDir, 'jetstream');
  const others = ownersIn(folder).filter((owner) => owner !== account);
  const [other] = others;
  if (other === undefined) return;
  if (others.length > 1 || hasStreams(join(folder, account))) throw twoOwners(folder, [account, ...others]);
  rmSync(join(folder, account), { recursive: true, force: true });
  renameSync(join(folder, other), join(folder, account));
}

/** Accounts of ours that have streams there. */
function ownersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const accounts = readdirSync(folder).filter((name) => name === OPEN_ACCOUNT || ACCOUNT_KEY.test(name));
  return accounts.filter((name) => hasStreams(join(folder, name)));
}

function hasStreams(account: string): boolean {
  const streams = join(account, 'streams');
  return existsSync(streams) && readdirSync(streams).length > 0;
}

function twoOwners(folder: string, accounts: readonly string[]): JobicoError {
  return new JobicoError('conflict', `two accounts have streams in ${folder}: ${accounts.join(', ')}`, {
    hint: 'One of them is of an earlier installation. Move its folder away, and start again.',
  });
}
