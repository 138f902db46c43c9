import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { JobicoError, nearest } from '@jobico/contract';

/** A platform that commands may be meant for. */
export interface Context {
  /** Of the control plane. */
  url: string;
  tenant?: string;
  token?: string;
  listenerUrl?: string;
}

/** The contexts of a user, and the one that counts where nothing else is said. */
export interface Contexts {
  current?: string;
  contexts: Record<string, Context>;
}

/** Where they are kept: `jobico/contexts.json` in the XDG configuration folder. */
export function contextsFile(environment: NodeJS.ProcessEnv = process.env): string {
  const elsewhere = process.platform === 'win32' ? environment.APPDATA : undefined;
  const folder = environment.XDG_CONFIG_HOME || elsewhere || join(homedir(), '.config');
  return join(folder, 'jobico', 'contexts.json');
}

/** Throws `config-invalid` for a file that is not as it was written. */
export function readContexts(file = contextsFile()): Contexts {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return { contexts: {} };
    throw new JobicoError('config-invalid', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  closeToOthers(file);
  return parsed(text, file);
}

/** Replaces the file as a whole; nobody but its user can read it. */
export function writeContexts(contexts: Contexts, file = contextsFile()): void {
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new JobicoError('config-invalid', `${file} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/** The context of a name; throws `not-found` with the one that was probably meant. */
export function contextNamed({ contexts }: Contexts, name: string): Context {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (found) return found;
  const meant = nearest(name, Object.keys(contexts));
  throw new JobicoError('not-found', `there is no context ${name}`, {
    hint: meant === undefined ? 'jobico context list shows those there are.' : `Did you mean ${meant}?`,
  });
}

/** It holds tokens: what somebody has opened to others is closed again. */
function closeToOthers(file: string): void {
  if (process.platform === 'win32' || (statSync(file).mode & 0o077) === 0) return;
  chmodSync(file, 0o600);
  console.error(`${file} could be read by others; now it cannot. It may hold tokens: replace those that matter.`);
}

function parsed(text: string, file: string): Contexts {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw broken(file, cause);
  }
  const { current, contexts } = (value ?? {}) as Partial<Record<keyof Contexts, unknown>>;
  const isCurrent = current === undefined || typeof current === 'string';
  if (!isCurrent || typeof contexts !== 'object' || contexts === null) throw broken(file);
  if (!Object.values(contexts).every(isContext)) throw broken(file);
  return { ...(current !== undefined && { current }), contexts: contexts as Record<string, Context> };
}

function isContext(value: unknown): value is Context {
  if (typeof value !== 'object' || value === null) return false;
  const { url, tenant, token, listenerUrl } = value as Record<string, unknown>;
  const isText = (each: unknown) => each === undefined || typeof each === 'string';
  return typeof url === 'string' && [tenant, token, listenerUrl].every(isText);
}

function broken(file: string, cause?: unknown): JobicoError {
  return new JobicoError('config-invalid', `${file} is not as jobico context writes it`, {
    hint: 'Correct it, or remove it and add the contexts again.',
    cause,
  });
}
