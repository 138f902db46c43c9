import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `node_modules` was made from. It says which Node runs the program as well. */
export function readStamp(root) {
  try {
    const { made, node } = JSON.parse(readFileSync(stampFile(root), 'utf8'));
    return made === fingerprint(root) && existsSync(node) ? { node } : undefined;
  } catch {
    // Never installed, or by another version of this file: the install that follows writes it anew.
    return undefined;
  }
}

export function writeStamp(root, node) {
  writeFileSync(stampFile(root), JSON.stringify({ made: fingerprint(root), node }));
}

/** Whether `node_modules` already is what the lock file says, as after an `npm install` by hand. */
export function matchesLock(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  // npm writes this file last, so it is missing after an install that was interrupted.
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  const isAsWanted = ([path, entry]) => {
    const found = present[path];
    return found === undefined ? entry.optional === true : found.version === entry.version;
  };
  return (
    Object.entries(wanted)
      .filter(([path]) => path.includes('node_modules/'))
      .every(isAsWanted) && Object.keys(present).every((path) => path in wanted)
  );
}

function stampFile(root) {
  return join(root, 'node_modules', '.jobico-stamp');
}

function fingerprint(root) {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'package.json']) hash.update(readFileSync(join(root, file)));
  return hash.update(`${process.platform}-${process.arch}`).digest('hex');
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}
