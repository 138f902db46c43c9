import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { destination } from 'pino';

/** How much of a log is kept. */
export interface RotationOptions {
  /** A file that has reached this size is put aside. */
  maxBytes: number;
  /** Files that are kept beside the current one. */
  backups: number;
  /** They are removed when they are older. */
  maxAgeMs: number;
}

type Destination = ReturnType<typeof destination>;

/**
 * A file for one process to log to. When it is full it is put aside as `<name>-<time>.<ext>`, and a new one begins under the
 * same name, so that whoever follows it by name goes on. (pino-roll numbers the current file, and knows no age.)
 */
export function createRotatingFile(file: string, options: RotationOptions): Destination {
  mkdirSync(dirname(file), { recursive: true });
  const stream = destination({ dest: file, append: true, sync: false });
  let bytes = sizeOf(file);
  let isFull = false;
  const rotate = () => {
    try {
      renameSync(file, backupName(file, new Date()));
      stream.reopen(file);
      bytes = 0;
    } catch (error) {
      // It goes on in the file that it has, and tries again after as much.
      bytes = 0;
      process.emitWarning(`${file} could not be put aside: ${(error as Error).message}`);
    }
    isFull = false;
    prune(file, options);
  };
  stream.on('write', (written: number) => {
    bytes += written;
    if (bytes < options.maxBytes || isFull) return;
    isFull = true;
    // What is being written ends in the file that it began in.
    setImmediate(rotate);
  });
  prune(file, options);
  return stream;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** `jobico-2026-11-21T10-46-03.123Z.log`, with a number where that moment has one already. */
function backupName(file: string, time: Date): string {
  const extension = extname(file);
  const stem = join(dirname(file), basename(file, extension));
  const moment = time.toISOString().replaceAll(':', '-');
  for (let n = 0; ; n += 1) {
    const name = `${stem}-${moment}${n === 0 ? '' : `-${n}`}${extension}`;
    if (statSync(name, { throwIfNoEntry: false }) === undefined) return name;
  }
}

const MOMENT = /^-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)(-\d+)?$/;

/** Removes what is beyond the number or the age that is kept. */
function prune(file: string, { backups, maxAgeMs }: RotationOptions): void {
  const folder = dirname(file);
  const extension = extname(file);
  const stem = basename(file, extension);
  const aside = readdirSync(folder).filter(
    (name) =>
      name.startsWith(stem) &&
      name.endsWith(extension) &&
      MOMENT.test(name.slice(stem.length, name.length - extension.length)),
  );
  const oldest = Date.now() - maxAgeMs;
  aside
    .toSorted()
    .reverse()
    .forEach((name, index) => {
      const path = join(folder, name);
      const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (index >= backups || writtenMs < oldest) rmSync(path, { force: true });
    });
}
