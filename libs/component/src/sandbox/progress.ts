import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { decodeProgress, PROGRESS_BYTES } from './progress-mark.ts';

/**
 * The mark that a sandbox sets before it lets a guest have the thread: a few bytes of a file without a name. A message
 * for it would wake the supervisor twice for every event; this costs the sandbox a microsecond, stays when it is
 * killed, and is only read when somebody asks.
 */
export interface Progress {
  /** For the sandbox. */
  readonly fd: number;
  /** The event whose guest has the thread, as the sandbox tells it. */
  read(): number | undefined;
  close(): void;
}

export function openProgress(): Progress {
  const { path, fd } = makeFile(folders());
  const canUnlink = process.platform !== 'win32';
  if (canUnlink) rmSync(path);
  const bytes = Buffer.alloc(PROGRESS_BYTES);
  let isOpen = true;
  return {
    fd,
    read: () => (isOpen && readSync(fd, bytes, 0, PROGRESS_BYTES, 0) > 0 ? decodeProgress(bytes) : undefined),
    close() {
      if (!isOpen) return;
      isOpen = false;
      closeSync(fd);
      if (!canUnlink) rmSync(path, { force: true });
    },
  };
}

/** Memory where there is such a folder: on a disk each mark would be a change to its journal, twice for every event. */
const folders = (): string[] => (process.platform === 'linux' ? ['/dev/shm', tmpdir()] : [tmpdir()]);

function makeFile([folder = '', ...others]: string[]): { path: string; fd: number } {
  const path = join(folder, `jobico-progress-${randomUUID()}`);
  try {
    return { path, fd: openSync(path, 'wx+', 0o600) };
  } catch (error) {
    if (others.length === 0) throw error;
    return makeFile(others);
  }
}
