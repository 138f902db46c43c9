import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Looks at files and folders, and tells which of them have changed. */
export interface FileWatcher extends Disposable {
  /** What to look at from now on, absolute; folders with all that is below them, files that are not there yet too. */
  look(paths: readonly string[]): void;
  close(): void;
}

/** Made by tools, or never a source: changes below them are no reason to build anything. */
const IGNORED = new Set(['node_modules', 'build', 'dist', 'target', '__pycache__', 'zig-cache', 'bin', 'obj']);
const isIgnored = (name: string): boolean =>
  name.startsWith('.') || IGNORED.has(name) || name.endsWith('.part') || name.endsWith('~');

/** An editor writes a file in several steps; what comes within this time is one change. */
const SETTLE_MS = 40;

/** Calls back with the paths, of those that are looked at, that have changed; never while a call before has not returned. */
export function watchFiles(onChange: (changed: ReadonlySet<string>) => void): FileWatcher {
  const watchers = new Map<string, FSWatcher>();
  let files = new Map<string, string>();
  let folders: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  /** Compares all files with how they were: an event of the system says that something happened, not what. */
  const settle = (): void => {
    timer = undefined;
    const now = stateOf([...files.keys()], folders);
    const changed = new Set<string>();
    for (const path of new Set([...now.keys(), ...files.keys()])) {
      if (now.get(path) !== files.get(path)) changed.add(path);
    }
    files = now;
    watchFoldersOf(now);
    if (changed.size > 0) onChange(changed);
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(settle, SETTLE_MS);
  };
  const watchFoldersOf = (state: ReadonlyMap<string, string>): void => {
    const wanted = new Set([...state.keys()].map((file) => nearestFolder(dirname(file))));
    for (const folder of folders) wanted.add(nearestFolder(folder));
    for (const [folder, watcher] of watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (watchers.has(folder)) continue;
      const watcher = watch(folder, soon);
      // A folder that goes away takes its watcher along; its files are looked for at their new place.
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(folder);
        soon();
      });
      watchers.set(folder, watcher);
    }
  };
  const close = (): void => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };
  return {
    look(paths) {
      const all = [...new Set(paths.map((path) => resolve(path)))];
      folders = all.filter(isFolder);
      const before = files;
      files = stateOf(
        all.filter((path) => !folders.includes(path)),
        folders,
      );
      // What changed while nobody looked for it is a change all the same.
      for (const [path, state] of before) if (files.has(path) && files.get(path) !== state) soon();
      for (const [path, state] of before) if (files.has(path)) files.set(path, state);
      watchFoldersOf(files);
    },
    close,
    [Symbol.dispose]: close,
  };
}

/** Whether a changed path is one of those, or is below one. */
export function touches(changed: ReadonlySet<string>, paths: readonly string[]): boolean {
  return [...changed].some((file) => paths.some((path) => file === path || !relative(path, file).startsWith('..')));
}

function stateOf(files: readonly string[], folders: readonly string[]): Map<string, string> {
  const state = new Map<string, string>();
  for (const file of files) state.set(file, signature(file));
  for (const folder of folders) for (const file of filesIn(folder)) state.set(file, signature(file));
  return state;
}

function signature(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'absent';
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (isIgnored(entry.name)) return [];
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() ? [path] : [];
    });
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function nearestFolder(path: string): string {
  return isFolder(path) || path === dirname(path) || !path.includes(sep) ? path : nearestFolder(dirname(path));
}
